package mortise.dist;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A topic whose every acknowledged record is looked for at the end of a round. Thread-safe. */
final class LoadTopic {
    private final String name;
    private final List<LoadLedger> ledgers = new CopyOnWriteArrayList<>();
    private final Map<Integer, Long> askedStart = new ConcurrentSkipListMap<>();
    private final Map<Integer, Long> answeredStart = new ConcurrentSkipListMap<>();

    LoadTopic(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    /** The ledger of a new producer. */
    LoadLedger ledger(String producer, String kind, LoadLedger.Promise promise) {
        LoadLedger ledger = new LoadLedger(producer + "-" + name, kind, promise);
        ledgers.add(ledger);
        return ledger;
    }

    List<LoadLedger> ledgers() {
        return ledgers;
    }

    /** Somebody asks for all records before this offset to be deleted. */
    void trimming(int partition, long offset) {
        askedStart.merge(partition, offset, Math::max);
    }

    /** The broker said that they are. */
    void trimmed(int partition, long offset) {
        answeredStart.merge(partition, offset, Math::max);
    }

    /** Below which offset no record need be there. */
    long floor(int partition) {
        return askedStart.getOrDefault(partition, 0L);
    }

    /** Below which offset no record may be there, by partition. */
    Map<Integer, Long> answeredStarts() {
        return new TreeMap<>(answeredStart);
    }

    boolean trimmed() {
        return !askedStart.isEmpty();
    }

    @Override
    public String toString() {
        return name;
    }
}
