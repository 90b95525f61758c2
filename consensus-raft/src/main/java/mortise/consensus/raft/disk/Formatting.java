package mortise.consensus.raft.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mortise.consensus.raft.core.Ballot;
import mortise.consensus.raft.storage.ForeignStateException;

/**
 * The making of a new directory: the blank ballot, the first segment, and last the identity. So a
 * directory with an identity has had all of them, and one without is new, interrupted in the
 * making, or somebody else's.
 */
final class Formatting {
    private static final BallotFile.Stored BLANK = new BallotFile.Stored(Ballot.BLANK, 0);
    private static final int NAMED = 5;

    private final Path directory;
    private final int nodeId;
    private final IdentityFile identity;
    private final BallotFile ballot;

    Formatting(Path directory, int nodeId, IdentityFile identity, BallotFile ballot) {
        this.directory = directory;
        this.nodeId = nodeId;
        this.identity = identity;
        this.ballot = ballot;
    }

    /** Refuses a directory that somebody else has filled, or that has lost its identity. */
    void requireNew(DirectoryContent content) throws IOException {
        List<String> found = new ArrayList<>(content.others());
        if (ballot.exists() && !ballot.read().equals(BLANK)) {
            found.add("ballot");
        }
        for (Segment segment : content.segments()) {
            if (segment.baseIndex() != 1 || Files.size(segment.file()) != Segment.START) {
                found.add(segment.name());
            }
        }
        content.snapshots().forEach(snapshot -> found.add(snapshot.name()));
        if (!found.isEmpty()) {
            throw new ForeignStateException(
                    "formatting "
                            + directory
                            + " for the quorum: expected an empty directory or one with the file"
                            + " 'identity', found "
                            + String.join(", ", found.stream().sorted().limit(NAMED).toList())
                            + "; give the broker an empty directory, or restore this one");
        }
    }

    /** Makes the files, also over those of an interrupted making. Durable at return. */
    void write() throws IOException {
        ballot.write(BLANK);
        RaftLog.format(directory, nodeId);
        identity.write(List.of(nodeId));
    }
}
