package mortise.spi.storage;

import java.util.List;
import java.util.Optional;
import mortise.spi.CalledOn;
import mortise.spi.Caller;

/**
 * The part of a log that stores with the capability {@code COMPACTION} have: its sealed segments
 * can be written anew with fewer batches.
 *
 * <p><b>Threads.</b> One thread at a time, beside the writer, syncs and readers. Truncation waits
 * for a rewrite that is under way, or ends it.
 *
 * <p><b>Durability.</b> After a crash every segment is as it was, or as it was rewritten; which of
 * the two is durable when {@link #rewrite} has returned.
 *
 * <p><b>Readers.</b> Offsets never change, and a {@link LogPosition} from before a rewrite still
 * bounds reads: what is rewritten lies wholly below every bound that anybody uses.
 */
public interface LogCompaction {
    /** The sealed segments, in order. */
    @CalledOn(Caller.VIRTUAL)
    List<SealedSegment> sealed();

    /**
     * The offset up to which the log was compacted, as noted last; 0 if it never was. A truncation
     * lowers it.
     */
    @CalledOn(Caller.VIRTUAL)
    long compactedTo();

    /** Notes up to where the log has been compacted; durable before long. */
    @CalledOn(Caller.VIRTUAL)
    void noteCompactedTo(long offset);

    /**
     * Passes every batch of some sealed segments to a rewriter, in order, and puts one segment with
     * what stays in their place. The rewriter leaves at least the header of the batch that ends
     * where the last segment ends, so that no segment ends in a gap.
     *
     * <p>Sidecars of producers as of offsets inside the new segment go with what was replaced,
     * unless there are no durable ones from its end on.
     *
     * @param segments neighbours, as {@link #sealed} gave them, whose result fits in one segment
     * @return the segment in their place; nothing changed if it was not done because the log was
     *     truncated or its start moved into them meanwhile
     * @throws StorageException if it could not be done; the segments are as they were then, unless
     *     the log has failed for good
     * @throws UnreadableDataException if a batch is damaged; the segments are as they were
     */
    @CalledOn(Caller.VIRTUAL)
    Optional<SealedSegment> rewrite(List<SealedSegment> segments, BatchRewriter rewriter);
}
