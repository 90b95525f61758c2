package mortise.consensus.raft.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mortise.consensus.raft.core.Ballot;

/** The file that holds the ballot, with how far the log was durable when it was stored. */
final class BallotFile {
    /**
     * What the file holds.
     *
     * @param durableIndex the log's last durable entry at that time
     */
    record Stored(Ballot ballot, long durableIndex) {}

    private static final int BODY = Integer.BYTES + Integer.BYTES + Long.BYTES;

    private final Path file;
    private final int nodeId;

    BallotFile(Path directory, int nodeId) {
        this.file = directory.resolve("ballot");
        this.nodeId = nodeId;
    }

    boolean exists() {
        return Files.exists(file);
    }

    Path file() {
        return file;
    }

    void write(Stored stored) throws IOException {
        FrameWriter frames =
                new FrameWriter()
                        .startAt(0)
                        .header(FileKind.BALLOT, nodeId)
                        .begin(FrameKind.BALLOT, BODY)
                        .put(stored.ballot().term())
                        .put(stored.ballot().votedFor())
                        .put(stored.durableIndex())
                        .end();
        DurableFiles.replace(file, channel -> DurableFiles.write(channel, frames.gathered(), 0));
    }

    Stored read() throws IOException {
        try (FrameReader reader = FrameReader.open(file, FileKind.BALLOT, nodeId)) {
            FrameBody body = reader.expect(FrameKind.BALLOT);
            Ballot ballot = new Ballot(body.takeInt(), body.takeInt());
            long durableIndex = body.takeLong();
            body.end();
            reader.expectEnd();
            return new Stored(ballot, durableIndex);
        }
    }
}
