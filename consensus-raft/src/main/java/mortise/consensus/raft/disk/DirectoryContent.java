package mortise.consensus.raft.disk;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The files of a directory, sorted out by their names.
 *
 * @param interrupted what interrupted writes of ours left
 * @param others the names of files that are not ours
 */
record DirectoryContent(
        Path directory,
        List<Segment> segments,
        List<SnapshotFile> snapshots,
        List<Path> interrupted,
        List<String> others) {
    private static final Set<String> SINGLE = Set.of("identity", "ballot", "lock");

    /** Reads the directory. */
    static DirectoryContent read(Path directory) throws IOException {
        DirectoryContent content =
                new DirectoryContent(
                        directory,
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new ArrayList<>());
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            files.forEach(content::add);
        }
        return content;
    }

    private void add(Path file) {
        Optional<Segment> segment = Segment.of(file);
        Optional<SnapshotFile> snapshot = SnapshotFile.of(file);
        if (segment.isPresent()) {
            segments.add(segment.get());
        } else if (snapshot.isPresent()) {
            snapshots.add(snapshot.get());
        } else if (DurableFiles.interrupted(file).filter(DirectoryContent::isOurs).isPresent()) {
            interrupted.add(file);
        } else if (!isOurs(file)) {
            others.add(String.valueOf(file.getFileName()));
        }
    }

    private static boolean isOurs(Path file) {
        return SINGLE.contains(String.valueOf(file.getFileName()))
                || Segment.of(file).isPresent()
                || SnapshotFile.of(file).isPresent();
    }

    /** Deletes what interrupted writes left. */
    void deleteInterrupted() throws IOException {
        for (Path file : interrupted) {
            Files.deleteIfExists(file);
        }
    }
}
