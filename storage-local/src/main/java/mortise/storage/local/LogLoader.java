package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
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

/**
 * Finds a log's segments on disk, and after a crash cuts them at the last whole batch. Confined to
 * the thread that opens the log.
 */
final class LogLoader {
    private static final List<String> SEGMENT_FILES =
            List.of(LogFiles.LOG, LogFiles.OFFSET_INDEX, LogFiles.TIME_INDEX);

    private final StoreParts parts;
    private final Path directory;
    private final SegmentRecovery recovery;
    private final NavigableMap<Long, Path> logs = new TreeMap<>();
    private final NavigableSet<Long> producerSnapshots = new TreeSet<>();
    private final NavigableSet<Long> producerBatches = new TreeSet<>();
    private final NavigableSet<Long> epochs = new TreeSet<>();
    private final List<Path> indexes = new ArrayList<>();

    LogLoader(StoreParts parts, Path directory, int indexIntervalBytes) {
        this.parts = parts;
        this.directory = directory;
        this.recovery = new SegmentRecovery(parts, directory, indexIntervalBytes);
    }

    /**
     * What was found.
     *
     * @param segments in order, the active one last
     * @param durable whether all of it is known to survive a crash
     */
    record Loaded(
            List<Segment> segments,
            long startOffset,
            long endOffset,
            boolean durable,
            NavigableSet<Long> producerSnapshots,
            NavigableSet<Long> producerBatches,
            NavigableSet<Long> epochs) {}

    /**
     * @param startOffset the durable start, or 0
     * @param clean whether the log was closed and synced
     * @param recoveryPoint everything below it was synced
     */
    Loaded load(long startOffset, boolean clean, long recoveryPoint) throws IOException {
        list();
        dropBelow(startOffset);
        removeOrphanIndexes();
        if (!clean && !logs.isEmpty() && logs.firstKey() > Math.max(startOffset, recoveryPoint)) {
            setAsideAll(startOffset);
        }
        if (logs.isEmpty()) {
            return empty(startOffset);
        }
        List<Segment> segments = new ArrayList<>();
        long firstToScan = clean ? logs.lastKey() : scanFrom(recoveryPoint);
        int ordinal = 0;
        long end = 0;
        boolean cut = false;
        boolean durable = true;
        for (var entry : logs.entrySet()) {
            long base = entry.getKey();
            Path log = entry.getValue();
            if (cut) {
                removeSegment(base);
                continue;
            }
            int size = sizeOf(log);
            if (base < firstToScan) {
                segments.add(Segment.stored(parts, directory, base, ordinal++, size));
                continue;
            }
            Long nextBase = logs.higherKey(base);
            SegmentRecovery.Recovered recovered =
                    clean
                            ? recovery.afterClose(base, ordinal++, size)
                            : recovery.afterCrash(base, ordinal++, size, recoveryPoint);
            segments.add(recovered.segment());
            end = recovered.endOffset();
            durable &= recovered.durable();
            cut = nextBase != null && !isFollowedBy(end, nextBase, recoveryPoint);
            durable &= !cut;
            if (nextBase != null && !cut) {
                recovered.segment().seal();
                recovered.segment().sync(recovered.segment().size(), true);
            }
            if (cut) {
                parts.logger()
                        .log(
                                Level.WARNING,
                                "{0}: ends at offset {1}, the next segment begins at {2}; removing"
                                        + " what follows",
                                recovered.segment(),
                                Long.toString(end),
                                Long.toString(nextBase));
            }
        }
        if (end < startOffset) {
            // the log was reset to its start, or what lay below it was not synced
            for (Segment segment : segments) {
                segment.retire();
                removeSegment(segment.baseOffset());
            }
            return empty(startOffset);
        }
        return loaded(segments, Math.max(startOffset, logs.firstKey()), end, durable);
    }

    private Loaded empty(long offset) {
        return loaded(List.of(Segment.empty(parts, directory, offset, 0)), offset, offset, true);
    }

    private Loaded loaded(List<Segment> segments, long start, long end, boolean durable) {
        return new Loaded(
                segments, start, end, durable, producerSnapshots, producerBatches, epochs);
    }

    /** Whether nothing is missing between a segment's end and the next one's begin. */
    private static boolean isFollowedBy(long end, long nextBase, long recoveryPoint) {
        // what lies below the recovery point was synced, so a gap there was there before
        return end == nextBase || (end < nextBase && nextBase <= recoveryPoint);
    }

    /**
     * The segment that holds the offset before the recovery point. A sync of batches makes no
     * indexes durable, those of a segment that ends at the recovery point included.
     */
    private long scanFrom(long recoveryPoint) {
        Long base = logs.lowerKey(recoveryPoint);
        return base == null ? logs.firstKey() : base;
    }

    private void list() throws IOException {
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
            logs.put(log.getAsLong(), file);
        } else if (snapshot.isPresent()) {
            producerSnapshots.add(snapshot.getAsLong());
        } else if (batches.isPresent()) {
            producerBatches.add(batches.getAsLong());
        } else if (epoch.isPresent()) {
            epochs.add(epoch.getAsLong());
        } else if (name.endsWith(LogFiles.DELETED) || name.endsWith(LogFiles.TEMPORARY)) {
            Files.deleteIfExists(file);
        } else if (LogFiles.offset(name, LogFiles.OFFSET_INDEX).isPresent()
                || LogFiles.offset(name, LogFiles.TIME_INDEX).isPresent()) {
            indexes.add(file);
        }
    }

    private void dropBelow(long startOffset) throws IOException {
        while (logs.size() > 1 && logs.higherKey(logs.firstKey()) <= startOffset) {
            removeSegment(logs.firstKey());
            logs.pollFirstEntry();
        }
    }

    private void removeOrphanIndexes() throws IOException {
        for (Path index : indexes) {
            String name = DiskFiles.name(index);
            long base = Long.parseLong(name.substring(0, name.indexOf('.')));
            if (!logs.containsKey(base)) {
                Files.deleteIfExists(index);
            }
        }
    }

    /**
     * The first segments are missing: they were never synced, so what follows them was not either,
     * unless somebody put the files there by hand. Nothing is thrown away.
     */
    private void setAsideAll(long startOffset) throws IOException {
        parts.logger()
                .log(
                        Level.WARNING,
                        "{0}: the log begins at offset {1}, its first segment at {2}; renaming its"
                                + " segments to {3}, remove them when you are sure that nobody"
                                + " needs them",
                        directory,
                        Long.toString(startOffset),
                        Long.toString(logs.firstKey()),
                        "*" + LogFiles.STRAY);
        for (long base : logs.keySet()) {
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
        logs.clear();
    }

    private void removeSegment(long base) throws IOException {
        for (String suffix : List.of(LogFiles.LOG, LogFiles.OFFSET_INDEX, LogFiles.TIME_INDEX)) {
            Files.deleteIfExists(directory.resolve(LogFiles.name(base, suffix)));
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
}
