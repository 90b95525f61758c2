package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import mortise.spi.storage.Sidecar;
import mortise.spi.storage.SidecarKind;
import org.jspecify.annotations.Nullable;

/**
 * A log's sidecars: in memory from when they are put until a sync writes them, so that a crash
 * leaves whole ones only. Thread-safe; no file is written while the monitor is held.
 */
final class Sidecars {
    /** Epochs first: who finds producers looks for no epoch before them. */
    private static final List<SidecarKind> IN_ORDER =
            List.of(
                    SidecarKind.LEADER_EPOCHS,
                    SidecarKind.PRODUCER_STATE,
                    SidecarKind.PRODUCER_BATCHES);

    private final Path directory;
    private final System.Logger logger;
    private final Map<SidecarKind, NavigableMap<Long, Entry>> entries =
            new EnumMap<>(SidecarKind.class);

    /** The offset of the epochs that were put last; the others wait for their removal. */
    private long newest = -1;

    private long versions;

    /** Whether files were removed whose removal no directory sync has covered. */
    private boolean removed;

    /**
     * A sidecar.
     *
     * @param version tells it from a later one of the same offset
     * @param pending content that waits for a sync, or null if the file has it
     */
    private record Entry(Path file, long version, @Nullable ByteBuffer pending) {
        static Entry stored(Path file) {
            return new Entry(file, 0, null);
        }
    }

    private record Pending(
            SidecarKind kind, long offset, Path file, long version, ByteBuffer content) {}

    /** Those that were found on disk; what lies beyond the end of the log is dropped. */
    Sidecars(Path directory, System.Logger logger, LogLoader.Loaded loaded) throws IOException {
        this.directory = directory;
        this.logger = logger;
        keep(SidecarKind.PRODUCER_STATE, loaded.sidecars().producerSnapshots(), loaded.endOffset());
        keep(SidecarKind.PRODUCER_BATCHES, loaded.sidecars().producerBatches(), loaded.endOffset());
        entries.put(SidecarKind.LEADER_EPOCHS, newestEpochs(loaded));
    }

    private void keep(SidecarKind kind, NavigableSet<Long> found, long end) throws IOException {
        NavigableMap<Long, Entry> kept = new TreeMap<>();
        for (long offset : found) {
            if (offset <= end) {
                kept.put(offset, Entry.stored(file(kind, offset)));
            } else {
                removed |= Files.deleteIfExists(file(kind, offset));
            }
        }
        entries.put(kind, kept);
    }

    private NavigableMap<Long, Entry> newestEpochs(LogLoader.Loaded loaded) throws IOException {
        NavigableMap<Long, Entry> newest = new TreeMap<>();
        NavigableSet<Long> stored = loaded.sidecars().epochs();
        Long last = stored.floor(loaded.endOffset());
        for (long offset : stored) {
            if (last == null || offset != last) {
                removed |= Files.deleteIfExists(file(SidecarKind.LEADER_EPOCHS, offset));
            }
        }
        if (last != null) {
            newest.put(last, Entry.stored(file(SidecarKind.LEADER_EPOCHS, last)));
        }
        return newest;
    }

    /** Whether some were dropped when the log was opened: a directory sync makes that durable. */
    boolean removed() {
        return removed;
    }

    private Path file(SidecarKind kind, long offset) {
        return directory.resolve(
                LogFiles.name(
                        offset,
                        switch (kind) {
                            case PRODUCER_STATE -> LogFiles.PRODUCER_SNAPSHOT;
                            case PRODUCER_BATCHES -> LogFiles.PRODUCER_BATCHES;
                            case LEADER_EPOCHS -> LogFiles.EPOCHS;
                        }));
    }

    private NavigableMap<Long, Entry> of(SidecarKind kind) {
        NavigableMap<Long, Entry> map = entries.get(kind);
        if (map == null) {
            throw new IllegalStateException("no sidecars of kind " + kind);
        }
        return map;
    }

    /** Keeps a copy until the next {@link #store}. */
    synchronized void put(SidecarKind kind, long offset, ByteBuffer content) {
        ByteBuffer copy = ByteBuffer.allocate(content.remaining());
        copy.put(content.duplicate()).flip();
        of(kind).put(offset, new Entry(file(kind, offset), ++versions, copy.asReadOnlyBuffer()));
        if (kind == SidecarKind.LEADER_EPOCHS) {
            newest = offset;
        }
    }

    /** The sidecar with the largest offset up to {@code atMost}. */
    Optional<Sidecar> latest(SidecarKind kind, long atMost) throws IOException {
        while (true) {
            long offset;
            Entry entry;
            synchronized (this) {
                Map.Entry<Long, Entry> found = visible(kind).floorEntry(atMost);
                if (found == null) {
                    return Optional.empty();
                }
                offset = found.getKey();
                entry = found.getValue();
            }
            try {
                return (entry.pending() != null
                                ? Optional.of(entry.pending().duplicate())
                                : content(kind, entry.file()))
                        .map(content -> new Sidecar(kind, offset, content));
            } catch (NoSuchFileException removed) {
                synchronized (this) {
                    of(kind).remove(offset, entry);
                }
            }
        }
    }

    /** What a file says; nothing of one that is damaged, if that can be told. */
    private Optional<ByteBuffer> content(SidecarKind kind, Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (kind != SidecarKind.LEADER_EPOCHS) {
            return Optional.of(ByteBuffer.wrap(bytes)); // theirs have checksums of their own
        }
        Optional<ByteBuffer> content = EpochsFile.decode(bytes);
        if (content.isEmpty()) {
            logger.log(
                    Level.WARNING,
                    "{0} is damaged; leader epochs are taken from the batches instead",
                    file);
        }
        return content;
    }

    private NavigableMap<Long, Entry> visible(SidecarKind kind) {
        NavigableMap<Long, Entry> all = of(kind);
        return kind == SidecarKind.LEADER_EPOCHS && newest >= 0
                ? all.subMap(newest, true, newest, true)
                : all;
    }

    /**
     * Writes what waits, durably, names included. One caller at a time.
     *
     * @return whether anything was written
     */
    boolean store() throws IOException {
        List<Pending> waiting = waiting();
        if (waiting.isEmpty()) {
            return false;
        }
        for (Pending pending : waiting) {
            DiskFiles.replaceDurably(
                    pending.file(),
                    pending.kind() == SidecarKind.LEADER_EPOCHS
                            ? EpochsFile.encode(pending.content())
                            : pending.content().duplicate());
        }
        DiskFiles.syncDirectory(directory);
        for (Pending pending : waiting) {
            stored(pending);
        }
        return true;
    }

    /** Whether {@link #store} has something to do. */
    synchronized boolean hasPending() {
        return !waiting().isEmpty();
    }

    private synchronized List<Pending> waiting() {
        List<Pending> waiting = new ArrayList<>();
        for (SidecarKind kind : IN_ORDER) {
            visible(kind)
                    .forEach((offset, entry) -> {
                        if (entry.pending() != null) {
                            waiting.add(
                                    new Pending(
                                            kind,
                                            offset,
                                            entry.file(),
                                            entry.version(),
                                            entry.pending()));
                        }
                    });
        }
        return waiting;
    }

    private void stored(Pending pending) throws IOException {
        boolean dropped;
        List<Path> replaced = new ArrayList<>();
        synchronized (this) {
            NavigableMap<Long, Entry> map = of(pending.kind());
            Entry now = map.get(pending.offset());
            dropped = now == null;
            if (now != null && now.version() == pending.version()) {
                map.put(pending.offset(), Entry.stored(pending.file()));
                if (pending.kind() == SidecarKind.LEADER_EPOCHS && newest == pending.offset()) {
                    map.forEach((offset, other) -> {
                        if (offset != pending.offset()) {
                            replaced.add(other.file());
                        }
                    });
                    map.keySet().removeIf(offset -> offset != pending.offset());
                }
            }
        }
        if (dropped) {
            Files.deleteIfExists(pending.file());
            return;
        }
        if (pending.kind() == SidecarKind.LEADER_EPOCHS) {
            removeReplaced(replaced);
            // for Kafka's own eyes; ours is the one that carries the offset
            DiskFiles.write(
                    directory.resolve(LogFiles.LEADER_EPOCHS),
                    pending.content().duplicate(),
                    false);
        }
    }

    private void removeReplaced(Collection<Path> files) throws IOException {
        boolean removed = false;
        for (Path file : files) {
            removed |= !file.endsWith(LogFiles.LEADER_EPOCHS) && Files.deleteIfExists(file);
        }
        if (removed) {
            // else a crash could bring back one whose offset is larger
            DiskFiles.syncDirectory(directory);
        }
    }

    /** Drops those below {@code offset}, the latest of them excepted. */
    void trim(SidecarKind kind, long offset) throws IOException {
        List<Path> dropped = new ArrayList<>();
        synchronized (this) {
            NavigableMap<Long, Entry> map = of(kind);
            Long kept = map.lowerKey(offset);
            if (kept != null) {
                drop(map.headMap(kept, false), dropped);
            }
        }
        remove(dropped);
    }

    /**
     * Drops producers as of offsets between two borders, which nobody asks for any more, unless
     * none lie durably from the upper border on up to where the log is certain.
     */
    void dropBetween(long from, long to, long certain) throws IOException {
        List<Path> dropped = new ArrayList<>();
        synchronized (this) {
            NavigableMap<Long, Entry> states = of(SidecarKind.PRODUCER_STATE);
            boolean later =
                    certain >= to
                            && states.subMap(to, true, certain, true).values().stream()
                                    .anyMatch(entry -> entry.pending() == null);
            if (later) {
                drop(states.subMap(from, false, to, false), dropped);
                drop(of(SidecarKind.PRODUCER_BATCHES).subMap(from, false, to, false), dropped);
            }
        }
        remove(dropped);
    }

    /** Drops those beyond {@code offset}; the caller makes that durable. */
    void truncate(long offset) throws IOException {
        List<Path> dropped = new ArrayList<>();
        synchronized (this) {
            drop(of(SidecarKind.PRODUCER_STATE).tailMap(offset, false), dropped);
            drop(of(SidecarKind.PRODUCER_BATCHES).tailMap(offset, false), dropped);
            NavigableMap<Long, Entry> epochs = of(SidecarKind.LEADER_EPOCHS);
            // what the newest had replaced does not come back when it goes
            boolean newestGoes = newest > offset;
            drop(newestGoes ? epochs : epochs.tailMap(offset, false), dropped);
        }
        remove(dropped);
    }

    /** Drops all; the caller makes that durable. */
    void clear() throws IOException {
        truncate(-1);
    }

    private static void drop(NavigableMap<Long, Entry> part, List<Path> dropped) {
        part.values().forEach(entry -> dropped.add(entry.file()));
        part.clear();
    }

    private void remove(List<Path> files) throws IOException {
        for (Path file : files) {
            Files.deleteIfExists(file);
            if (DiskFiles.name(file).endsWith(LogFiles.EPOCHS)) {
                Files.deleteIfExists(directory.resolve(LogFiles.LEADER_EPOCHS));
            }
        }
    }
}
