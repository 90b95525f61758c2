package mortise.broker.partition;

import java.util.List;
import java.util.function.LongSupplier;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.UnreadableDataException;

/**
 * Where the last aborted transaction of a log ends: whoever reads behind that need not ask the
 * store for any. Transactions are refused, so there are only those of before the log was opened.
 *
 * <p>Thread-safe. The horizon only comes down; one that is too high costs a question.
 */
public final class AbortHorizon {
    private final PartitionLog log;
    private final long opened;
    private volatile long horizon;
    private volatile boolean known;

    /** That of a log which was opened with an end. */
    AbortHorizon(PartitionLog log, long end) {
        this.log = log;
        this.opened = end;
        this.horizon = end;
    }

    /** Whether a read from an offset may meet records of aborted transactions. */
    public boolean mayReach(long offset) {
        return offset < horizon;
    }

    private void look() {
        try {
            horizon =
                    log.abortedTransactions(0, opened).stream()
                            .mapToLong(one -> one.lastOffset() + 1)
                            .max()
                            .orElse(0);
        } catch (UnreadableDataException damaged) {
            // the horizon stays, and only who reads where the damage is meets it
        }
    }

    /**
     * The aborted transactions that reach into a range. Asks the store, so it blocks.
     *
     * @param from the first offset
     * @param to gives the offset after the last, if that is needed
     */
    public List<AbortedTransaction> within(long from, LongSupplier to) {
        if (!known && mayReach(from)) {
            look();
            known = true;
        }
        return mayReach(from) ? log.abortedTransactions(from, to.getAsLong()) : List.of();
    }
}
