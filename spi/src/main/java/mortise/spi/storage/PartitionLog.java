package mortise.spi.storage;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import mortise.spi.CalledOn;
import mortise.spi.Caller;

/**
 * The log of one partition: record batches in offset order, with gaps allowed.
 *
 * <p><b>Threads.</b> One writer at a time changes the log. What may wait for a disk is done by a
 * virtual thread in the writer's place, which stands still until the call has returned; but the
 * start moves beside the writer. {@link #sync} runs beside any of them on a flusher thread, one at
 * a time; reads run beside all of them. What {@link #append} returned is visible to every read that
 * happens after it.
 *
 * <p><b>Durability.</b> An append reaches the page cache; {@link #sync} makes it survive a crash.
 * After a crash the log holds at least everything synced, and beyond it a prefix of what was
 * appended, cut at a whole batch; never anything else.
 *
 * <p><b>Errors.</b> A failed write throws {@link StorageException} and leaves the log as it was
 * before the call, or failed for good; never with part of a batch visible. A failed read harms
 * nothing but itself. What happens to the files of one log fails at most that log; a failure of
 * reach {@code DIRECTORY} is one of the directory or its device.
 */
public interface PartitionLog extends AutoCloseable {
    /**
     * Makes room for an append: closes the active segment if it should not take {@code bytes} more.
     *
     * @param maxTimestamp the largest timestamp about to be appended, in milliseconds
     * @param nowMillis the wall clock
     * @return the log end offset at which a new segment begins, if one was begun by this call; the
     *     broker then stores sidecars at that offset
     */
    @CalledOn(Caller.WRITER)
    OptionalLong rollIfNeeded(int bytes, long maxTimestamp, long nowMillis);

    /**
     * Writes batches at the end, all or none.
     *
     * @param batches lent until this method returns; the first base offset is at least the log end
     *     offset
     * @return the new end
     * @throws StorageException if nothing was written
     * @throws IllegalArgumentException if offsets go backwards
     */
    @CalledOn(Caller.WRITER)
    LogPosition append(BatchSet batches);

    /** The position after the last batch. */
    @CalledOn(Caller.ANY)
    LogPosition end();

    /** What the log holds. */
    @CalledOn(Caller.ANY)
    LogBounds bounds();

    /**
     * Makes everything appended before the call survive a crash.
     *
     * @return the position up to which the log is durable now
     * @throws StorageException of reach {@code CALL} if a part could not be written for now, for
     *     want of space: what lies before {@link #durableEnd} is durable, a later call does the
     *     rest; of any other reach if nobody knows any more what is durable. A log that was deleted
     *     has nothing to make durable, and says so by returning
     */
    @CalledOn({Caller.FLUSHER, Caller.VIRTUAL})
    LogPosition sync();

    /** The position up to which the log is known to survive a crash. */
    @CalledOn(Caller.ANY)
    LogPosition durableEnd();

    /**
     * Reads from the recently written window, where neither an index nor a log byte can be cold.
     *
     * @param offset the first offset wanted
     * @param upTo a position that the caller got from this log; no byte at or beyond it is returned
     * @param maxBytes about how many bytes; at least one whole batch is given if there is one and
     *     {@code wholeBatch} is set, and the last batch may be cut
     * @return the slice, or nothing if the offset is not within that window: then {@link #read}
     *     does it
     */
    @CalledOn({Caller.EVENT_LOOP, Caller.VIRTUAL})
    default Optional<LogSlice> readRecent(
            long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        return Optional.empty();
    }

    /**
     * Reads from anywhere; may wait for the disk, and has read ahead what it returns, so that
     * sending it does not wait.
     *
     * <p>The slice begins with the batch that contains {@code offset}, or the next one if the
     * offset lies in a gap. The last batch may be cut by {@code maxBytes}; the first is whole if
     * {@code wholeBatch} is set. An empty slice means that there is nothing before {@code upTo}.
     *
     * @throws OffsetOutOfRangeException if the offset is below the start or beyond the end
     * @throws StorageException of reach {@code CALL} if records are {@linkplain #missing missing}
     *     at the offset, or between it and the next batch
     * @throws UnreadableDataException if what lies there is found to be damaged, or cannot be read;
     *     the log goes on, and reads of other data too
     */
    @CalledOn(Caller.VIRTUAL)
    LogSlice read(long offset, LogPosition upTo, int maxBytes, boolean wholeBatch);

    /**
     * Reads like {@link #read} with whole batches, for somebody who looks at the headers and copies
     * little else, and who bears it that what he finds there is damaged: a store need neither check
     * the batches nor read them ahead. A broker reads so what it opens after it was killed.
     *
     * @throws OffsetOutOfRangeException as {@link #read} does
     * @throws StorageException as {@link #read} does
     */
    @CalledOn(Caller.VIRTUAL)
    default LogSlice readHeaders(long offset, LogPosition upTo, int maxBytes) {
        return read(offset, upTo, maxBytes, true);
    }

    /**
     * The position of an offset: where the first batch begins whose last offset is not below it.
     *
     * @throws OffsetOutOfRangeException if the offset is below the start or beyond the end
     */
    @CalledOn(Caller.VIRTUAL)
    LogPosition position(long offset);

    /**
     * The first record of a batch at or after a timestamp, by the batches' largest timestamps;
     * nothing if all are older.
     */
    @CalledOn(Caller.VIRTUAL)
    Optional<TimestampPosition> offsetAtOrAfter(long timestamp);

    /** The batch that holds the largest timestamp of the log; nothing if the log is empty. */
    @CalledOn(Caller.VIRTUAL)
    Optional<TimestampPosition> largestTimestamp();

    /**
     * Removes every batch whose last offset is at or beyond {@code offset}, and sidecars beyond it.
     * May wait for the disk; the writer stands still meanwhile.
     */
    @CalledOn(Caller.VIRTUAL)
    LogPosition truncateTo(long offset);

    /**
     * Removes everything; the log then starts and ends at {@code offset}. May wait for the disk;
     * the writer stands still meanwhile.
     */
    @CalledOn(Caller.VIRTUAL)
    LogPosition reset(long offset);

    /**
     * Moves the start up to {@code offset}, durably, and drops what lies wholly below it, at the
     * end of the log the active segment too; never moves it down. May wait for the disk. One at a
     * time, and beside the writer, who stands still only if {@code offset} is the end of the log.
     */
    @CalledOn(Caller.VIRTUAL)
    void advanceStart(long offset);

    /**
     * The first offset that age and size ask to keep; the start offset if nothing is to go. Whole
     * segments go, oldest first; the active one too, once all of it is too old (or nothing at all
     * may stay): then this is the end.
     */
    @CalledOn(Caller.VIRTUAL)
    default long retainedFrom(RetentionLimits limits) {
        return bounds().startOffset();
    }

    /** Applies changed settings to what is written from now on. */
    @CalledOn(Caller.WRITER)
    void configure(LogSettings settings);

    /**
     * Keeps a small value beside the log. It is durable once a {@link #sync} that begins later
     * returns, and {@link SidecarKind#LEADER_EPOCHS} no later than producers that were put after
     * them: who finds those reads nothing of the log before them.
     *
     * @param content lent until this method returns
     */
    @CalledOn({Caller.WRITER, Caller.VIRTUAL})
    default void putSidecar(SidecarKind kind, long offset, ByteBuffer content) {}

    /** The sidecar of this kind with the largest offset that is not above {@code atMost}. */
    @CalledOn(Caller.VIRTUAL)
    default Optional<Sidecar> latestSidecar(SidecarKind kind, long atMost) {
        return Optional.empty();
    }

    /**
     * Drops the sidecars of this kind below {@code offset}, the latest of them excepted. Beside the
     * writer, who may put others meanwhile.
     */
    @CalledOn(Caller.VIRTUAL)
    default void trimSidecars(SidecarKind kind, long offset) {}

    /**
     * What the log once held durably and holds no more, though nobody removed it: in the order of
     * offsets, within the {@linkplain #bounds bounds}. Reads refuse to pass over it; everything
     * else is served. A store that keeps nothing beyond its end has nothing to miss.
     */
    @CalledOn(Caller.ANY)
    default List<MissingRecords> missing() {
        return List.of();
    }

    /**
     * Takes what is missing for lost, durably: from now on it is a gap like any other, and if it
     * was at the start of the log, the log starts behind it. For operators; no writer may be at
     * work.
     *
     * @return what was missing
     */
    @CalledOn(Caller.VIRTUAL)
    default List<MissingRecords> acceptLoss() {
        return List.of();
    }

    /**
     * Cuts out what cannot be read any more because it is damaged, durably: from now on it is a gap
     * like any other. For operators; no writer may be at work.
     *
     * @param damaged in the order of offsets: each from the first offset of which nothing can be
     *     read to the one from which on reading goes well again, or the end
     * @return whether the store can do that; if not nothing has changed
     */
    @CalledOn(Caller.VIRTUAL)
    default boolean giveUp(List<MissingRecords> damaged) {
        return false;
    }

    /**
     * The transactions aborted within a range of offsets that is read: those that have begun below
     * its end and whose marker is at or beyond its begin, in the order of their markers; see {@link
     * #abortedKnownTo} for what a crash does to them. Stores without the capability {@code
     * TRANSACTIONS} keep none, and are never given any.
     *
     * @param from the first offset
     * @param to the offset after the last
     */
    @CalledOn(Caller.VIRTUAL)
    default List<AbortedTransaction> abortedTransactions(long from, long to) {
        return List.of();
    }

    /**
     * Up to where the store knows the aborted transactions by their markers, as the log was opened:
     * those of markers beyond it a crash may have taken in part, though the markers are there. The
     * broker reads them, and {@link #restoreAborted} follows.
     */
    @CalledOn(Caller.VIRTUAL)
    default long abortedKnownTo() {
        return end().offset();
    }

    /**
     * Says which transactions the markers abort that lie beyond what {@link #abortedKnownTo} said.
     * Only called before anything is written.
     *
     * @param from at or beyond that; whatever the store has of markers from there on goes
     * @param transactions all that markers from there on abort, in the order of those
     */
    @CalledOn(Caller.VIRTUAL)
    default void restoreAborted(long from, List<AbortedTransaction> transactions) {}

    /** How the log is compacted, if its store can do that. */
    @CalledOn(Caller.ANY)
    default Optional<LogCompaction> compaction() {
        return Optional.empty();
    }

    /** How many bytes the log holds. */
    @CalledOn(Caller.ANY)
    long sizeInBytes();

    /** Where the log lies. */
    @CalledOn(Caller.ANY)
    LogDirectory directory();

    /** Syncs and closes, so that the next open need not recover. */
    @Override
    @CalledOn(Caller.VIRTUAL)
    void close();
}
