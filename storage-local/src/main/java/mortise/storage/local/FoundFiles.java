package mortise.storage.local;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/** What lies in a log's directory. Confined to the thread that opens the log. */
final class FoundFiles {
    private static final List<String> SEGMENT_FILES =
            List.of(
                    LogFiles.LOG,
                    LogFiles.OFFSET_INDEX,
                    LogFiles.TIME_INDEX,
                    LogFiles.TRANSACTION_INDEX);

    private final Path directory;
    private final NavigableMap<Long, Integer> logs = new TreeMap<>();
    private final NavigableSet<Long> producerSnapshots = new TreeSet<>();
    private final NavigableSet<Long> producerBatches = new TreeSet<>();
    private final NavigableSet<Long> epochs = new TreeSet<>();
    private final List<Path> indexes = new ArrayList<>();

    /** Where compaction had files of its own. */
    private final NavigableSet<Long> cleaned = new TreeSet<>();

    /** Lists the directory, and removes what nobody finished or somebody removed already. */
    FoundFiles(Path directory) throws IOException {
        this.directory = directory;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                sort(file, DiskFiles.name(file));
            }
        }
    }

    private void sort(Path file, String name) throws IOException {
        OptionalLong log = LogFiles.offset(name, LogFiles.LOG);
        OptionalLong snapshot = LogFiles.offset(name, LogFiles.PRODUCER_SNAPSHOT);
        OptionalLong batches = LogFiles.offset(name, LogFiles.PRODUCER_BATCHES);
        OptionalLong epoch = LogFiles.offset(name, LogFiles.EPOCHS);
        if (log.isPresent()) {
            logs.put(log.getAsLong(), sizeOf(file));
        } else if (snapshot.isPresent()) {
            producerSnapshots.add(snapshot.getAsLong());
        } else if (batches.isPresent()) {
            producerBatches.add(batches.getAsLong());
        } else if (epoch.isPresent()) {
            epochs.add(epoch.getAsLong());
        } else if (name.endsWith(LogFiles.CLEANED)) {
            cleaned.add(Long.parseLong(name.substring(0, name.indexOf('.'))));
        } else if (name.endsWith(LogFiles.DELETED) || name.endsWith(LogFiles.TEMPORARY)) {
            Files.deleteIfExists(file);
        } else if (LogFiles.offset(name, LogFiles.OFFSET_INDEX).isPresent()
                || LogFiles.offset(name, LogFiles.TIME_INDEX).isPresent()
                || LogFiles.offset(name, LogFiles.TRANSACTION_INDEX).isPresent()) {
            indexes.add(file);
        }
    }

    private static int sizeOf(Path log) throws IOException {
        long bytes = Files.size(log);
        if (bytes > Integer.MAX_VALUE) {
            throw new IOException(
                    log + " has " + bytes + " bytes; a segment has at most " + Integer.MAX_VALUE);
        }
        return (int) bytes;
    }

    /** The sizes of the segments' files, by base offset. */
    NavigableMap<Long, Integer> logs() {
        return logs;
    }

    NavigableSet<Long> producerSnapshots() {
        return producerSnapshots;
    }

    NavigableSet<Long> producerBatches() {
        return producerBatches;
    }

    NavigableSet<Long> epochs() {
        return epochs;
    }

    /**
     * Ends the compactions that the manifest says were decided, and takes back the others. All of
     * it may be done again.
     */
    void settleCompactions(SegmentManifest manifest) throws IOException {
        boolean changed = !cleaned.isEmpty();
        for (SegmentManifest.Entry entry : manifest.entries().values()) {
            if (entry.state() == SegmentManifest.State.COMPACTED) {
                if (cleaned.remove(entry.base())) {
                    RewrittenSegment.takePlace(directory, entry.base());
                    logs.put(
                            entry.base(),
                            sizeOf(directory.resolve(LogFiles.name(entry.base(), LogFiles.LOG))));
                }
                for (long replaced :
                        new TreeSet<>(logs.keySet()).subSet(entry.base() + 1, entry.end())) {
                    remove(replaced);
                    changed = true;
                }
            }
        }
        for (long undecided : cleaned) {
            for (String suffix : SEGMENT_FILES) {
                Files.deleteIfExists(RewrittenSegment.aside(directory, undecided, suffix));
            }
        }
        if (changed) {
            DiskFiles.syncDirectory(directory);
        }
    }

    /** Removes a segment. */
    void remove(long base) throws IOException {
        logs.remove(base);
        for (String suffix : SEGMENT_FILES) {
            Files.deleteIfExists(directory.resolve(LogFiles.name(base, suffix)));
        }
    }

    /** Removes indexes without a segment: they are built anew where a segment lacks its own. */
    void removeOrphanIndexes() throws IOException {
        for (Path index : indexes) {
            String name = DiskFiles.name(index);
            long base = Long.parseLong(name.substring(0, name.indexOf('.')));
            if (!logs.containsKey(base)) {
                Files.deleteIfExists(index);
            }
        }
    }

    /** Renames a segment to what nobody reads or removes. */
    void setAside(long base) throws IOException {
        logs.remove(base);
        for (String suffix : SEGMENT_FILES) {
            Path file = directory.resolve(LogFiles.name(base, suffix));
            if (Files.exists(file)) {
                Files.move(
                        file,
                        file.resolveSibling(DiskFiles.name(file) + LogFiles.STRAY),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
