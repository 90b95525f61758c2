package mortise.spi.storage;

/**
 * A transaction that was aborted, as the transaction index has it.
 *
 * @param producerId of the producer whose batches do not count
 * @param firstOffset of the transaction in this partition
 * @param lastOffset of its marker
 * @param lastStableOffset the last stable offset when the marker was written
 */
public record AbortedTransaction(
        long producerId, long firstOffset, long lastOffset, long lastStableOffset) {}
