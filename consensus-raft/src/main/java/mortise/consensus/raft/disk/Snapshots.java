package mortise.consensus.raft.disk;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import mortise.consensus.raft.storage.DamagedStateException;
import mortise.consensus.raft.storage.Snapshot;

/**
 * The snapshots of a directory, of which the two newest that can be read are kept: should the
 * newest go bad, the one before it and the log after that still make up the state. Confined to
 * whoever writes snapshots.
 */
final class Snapshots {
    private final Path directory;
    private final int nodeId;
    private final Logger logger;
    private final List<SnapshotFile> files;
    private Optional<SnapshotFile> newestGood = Optional.empty();

    /** The snapshots in these files. */
    Snapshots(Path directory, int nodeId, List<SnapshotFile> found, Logger logger) {
        this.directory = directory;
        this.nodeId = nodeId;
        this.logger = logger;
        this.files = new ArrayList<>(found);
        files.sort(Comparator.comparingLong(SnapshotFile::index).reversed());
    }

    /** The newest entry of which a snapshot was ever made durable, readable or not; 0 if none. */
    long newestIndex() {
        return files.isEmpty() ? 0 : files.getFirst().index();
    }

    /**
     * Reads the newest snapshot that can be read.
     *
     * @param firstIndex where the log begins: an older snapshot than that leaves a gap
     */
    Optional<Snapshot> readNewest(long firstIndex) throws IOException {
        List<String> problems = new ArrayList<>();
        for (SnapshotFile file : files) {
            if (file.index() + 1 < firstIndex) {
                break;
            }
            try {
                Snapshot snapshot = file.read(nodeId);
                newestGood = Optional.of(file);
                return Optional.of(snapshot);
            } catch (DamagedStateException damaged) {
                problems.add(damaged.getMessage());
                logger.log(
                        Level.WARNING,
                        "passing over a damaged snapshot, the one before it and the log stand in: "
                                + damaged.getMessage());
            }
        }
        if (firstIndex > 1) {
            throw new DamagedStateException(
                    "recovering the quorum from "
                            + directory
                            + ": the log begins with entry "
                            + firstIndex
                            + ", expected a readable snapshot of entry "
                            + (firstIndex - 1)
                            + " or later, found "
                            + (problems.isEmpty() ? "none" : String.join("; ", problems))
                            + "; restore the directory from a copy");
        }
        return Optional.empty();
    }

    /**
     * Writes a snapshot and deletes all but it and the newest good one before it.
     *
     * @return the entry up to which the log is not needed any more; 0 if all of it is
     */
    long keep(Snapshot snapshot) throws IOException {
        SnapshotFile file = SnapshotFile.in(directory, snapshot.index(), snapshot.term());
        file.write(snapshot, nodeId);
        Optional<SnapshotFile> previous = newestGood;
        newestGood = Optional.of(file);
        for (SnapshotFile old : List.copyOf(files)) {
            if (!old.equals(file) && !previous.equals(Optional.of(old))) {
                DurableFiles.delete(old.file());
                files.remove(old);
            }
        }
        files.remove(file);
        files.addFirst(file);
        return previous.map(SnapshotFile::index).orElse(0L);
    }
}
