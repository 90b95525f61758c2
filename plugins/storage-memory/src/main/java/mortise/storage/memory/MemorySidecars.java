package mortise.storage.memory;

import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.Sidecar;
import mortise.spi.storage.SidecarKind;

/**
 * What is kept beside a log: its sidecars, of leader epochs only the newest, and the transactions
 * that were aborted. Thread-safe.
 */
final class MemorySidecars {
    private final MemoryBudget budget;
    private final Map<SidecarKind, NavigableMap<Long, byte[]>> contents =
            new EnumMap<>(SidecarKind.class);

    /** By the offset of their marker. */
    private final NavigableMap<Long, AbortedTransaction> aborted = new ConcurrentSkipListMap<>();

    MemorySidecars(MemoryBudget budget) {
        this.budget = budget;
        for (SidecarKind kind : SidecarKind.values()) {
            contents.put(kind, new TreeMap<>());
        }
    }

    /** Transactions that were aborted, by the offset of their marker; thread-safe by itself. */
    NavigableMap<Long, AbortedTransaction> aborted() {
        return aborted;
    }

    private NavigableMap<Long, byte[]> of(SidecarKind kind) {
        NavigableMap<Long, byte[]> map = contents.get(kind);
        if (map == null) {
            throw new IllegalStateException("no sidecars of kind " + kind);
        }
        return map;
    }

    synchronized void put(SidecarKind kind, long offset, ByteBuffer lent) {
        byte[] content = new byte[lent.remaining()];
        lent.duplicate().get(content);
        NavigableMap<Long, byte[]> map = of(kind);
        switch (kind) {
            case PRODUCER_STATE, PRODUCER_BATCHES -> drop(map.subMap(offset, true, offset, true));
            case LEADER_EPOCHS -> drop(map);
        }
        map.put(offset, content);
        budget.force(content.length);
    }

    synchronized Optional<Sidecar> latest(SidecarKind kind, long atMost) {
        return Optional.ofNullable(of(kind).floorEntry(atMost))
                .map(found ->
                        new Sidecar(
                                kind, found.getKey(), ByteBuffer.wrap(found.getValue().clone())));
    }

    /** Drops those below {@code offset}, the latest of them excepted. */
    synchronized void trim(SidecarKind kind, long offset) {
        NavigableMap<Long, byte[]> map = of(kind);
        Long kept = map.lowerKey(offset);
        if (kept != null) {
            drop(map.headMap(kept, false));
        }
    }

    /** Drops producers as of offsets between two borders, unless there are none from there on. */
    synchronized void dropBetween(long from, long to) {
        NavigableMap<Long, byte[]> states = of(SidecarKind.PRODUCER_STATE);
        if (states.ceilingKey(to) != null) {
            drop(states.subMap(from, false, to, false));
            drop(of(SidecarKind.PRODUCER_BATCHES).subMap(from, false, to, false));
        }
    }

    /** Drops those beyond {@code offset}. */
    synchronized void truncate(long offset) {
        contents.values().forEach(map -> drop(map.tailMap(offset, false)));
    }

    /** Drops all. */
    void clear() {
        truncate(-1);
    }

    private void drop(NavigableMap<Long, byte[]> part) {
        budget.giveBack(part.values().stream().mapToLong(content -> content.length).sum());
        part.clear();
    }
}
