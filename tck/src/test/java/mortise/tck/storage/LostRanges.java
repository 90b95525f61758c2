package mortise.tck.storage;

import java.util.ArrayList;
import java.util.List;
import mortise.spi.storage.LogId;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.StorageException;
import mortise.tck.storage.JournalStore.Flaw;

/** What a journal of the kit's own store should hold and does not. Confined to its log's lock. */
final class LostRanges {
    private final List<MissingRecords> ranges = new ArrayList<>();
    private StorageException.Reach reach = StorageException.Reach.CALL;
    private boolean beyond;
    private boolean open;

    /** A frame is lost, and nothing says yet what it held. */
    void open() {
        open = true;
    }

    boolean isOpen() {
        return open;
    }

    void add(long from, long to) {
        ranges.add(new MissingRecords(from, to, "a frame of the journal is damaged"));
        open = false;
    }

    /** The journal has been read; from here on the flaws of its store show. */
    void close(JournalStore store) {
        open = false;
        beyond = store.has(Flaw.WHAT_IS_LEFT_IS_REFUSED);
        if (store.has(Flaw.A_LOSS_IS_NOT_NAMED)) {
            ranges.clear();
        }
        if (store.has(Flaw.A_LOSS_REFUSES_THE_LOG)) {
            reach = StorageException.Reach.LOG;
        }
    }

    List<MissingRecords> ranges() {
        return List.copyOf(ranges);
    }

    /** Refuses to read at an offset that is lost. */
    void check(LogId id, long offset) {
        for (MissingRecords range : ranges) {
            if (beyond || (range.from() <= offset && offset < range.to())) {
                throw new StorageException(reach, "offset " + offset + " of " + id + " is lost");
            }
        }
    }

    /** Where the next lost range begins after an offset. */
    long next(long offset) {
        return ranges.stream()
                .mapToLong(MissingRecords::from)
                .filter(from -> from > offset)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    void forget(long from, long to) {
        ranges.removeIf(range -> range.from() >= from && range.to() <= to);
    }

    /** Forgets what lies out of a log's bounds. */
    void keep(long start, long end) {
        List<MissingRecords> all = List.copyOf(ranges);
        ranges.clear();
        for (MissingRecords range : all) {
            long from = Math.max(range.from(), start);
            long to = Math.min(range.to(), end);
            if (from < to) {
                ranges.add(new MissingRecords(from, to, range.cause()));
            }
        }
    }
}
