package mortise.broker.partition;

import mortise.api.ErrorCode;
import mortise.broker.mailbox.DataCommand;
import mortise.record.RecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * A record batch on its way into a partition, and then its result. Whoever produces it extends it
 * with what to do at the end.
 *
 * <p><b>Ownership.</b> The batch's bytes belong to whoever made the command and must stay valid and
 * be left alone until {@link #completed}. The partition writes offset, epoch and timestamps into
 * them.
 *
 * <p><b>Confinement.</b> The maker's until it is offered; the partition's mailbox's until {@link
 * #completed} is called; the maker's again from there on.
 */
public abstract class AppendBatch implements DataCommand {
    private final RecordBatch batch;
    private final short acks;
    private final long deadlineNanos;
    private final int sizeInBytes;

    private ErrorCode error = ErrorCode.NONE;
    private long firstOffset = -1;
    private long lastOffset = -1;
    private long logAppendTime = RecordBatch.NO_TIMESTAMP;
    private long logStartOffset = -1;
    private @Nullable String message;
    private boolean settled;

    /**
     * A batch to be appended.
     *
     * @param batch whole, checked, and writable in place
     * @param acks 0, 1 or -1
     * @param deadlineNanos when an answer is owed even if the batch is not durable yet
     */
    protected AppendBatch(RecordBatch batch, short acks, long deadlineNanos) {
        this.batch = batch;
        this.acks = acks;
        this.deadlineNanos = deadlineNanos;
        this.sizeInBytes = batch.sizeInBytes();
    }

    /**
     * Called once, when the partition is through with the batch; on whatever thread that happens,
     * inside its drain, so it must not block.
     */
    protected abstract void completed();

    /**
     * Whether it may be appended by a leader of this epoch, behind everything that is in the log by
     * then. Asked in the partition's drain, right before it is; what may not is refused.
     */
    protected boolean mayFollow(int leaderEpoch) {
        return true;
    }

    /** Ends badly without having been offered. */
    public final void withdraw(ErrorCode code, String why) {
        refuse(code, why);
    }

    /** The batch. */
    public final RecordBatch batch() {
        return batch;
    }

    /** What the producer waits for: 0 nothing, 1 and -1 the acknowledgement. */
    public final short acks() {
        return acks;
    }

    /** {@inheritDoc} That is the batch's size, also once its bytes are gone. */
    @Override
    public final int sizeInBytes() {
        return sizeInBytes;
    }

    /** How it ended. */
    public final ErrorCode error() {
        return error;
    }

    /** The offset of the first record, or -1 after an error. */
    public final long firstOffset() {
        return firstOffset;
    }

    /** The time that the broker stamped, or -1. */
    public final long logAppendTime() {
        return logAppendTime;
    }

    /** Where the log started, or -1 after an error. */
    public final long logStartOffset() {
        return logStartOffset;
    }

    /** Why it was refused, for people. */
    public final @Nullable String message() {
        return message;
    }

    final long lastOffset() {
        return lastOffset;
    }

    final long deadlineNanos() {
        return deadlineNanos;
    }

    /** Notes where the batch stands in the log; {@link #acknowledge} follows now or later. */
    final void placed(long first, long last, long appendTime) {
        firstOffset = first;
        lastOffset = last;
        logAppendTime = appendTime;
    }

    /** Whether it has ended or is parked, so that its turn is through with it. */
    final boolean settled() {
        return settled;
    }

    /** Leaves its turn to wait for the high watermark. */
    final void park() {
        settled = true;
    }

    /** Ends well. */
    final void acknowledge(long logStart) {
        settled = true;
        logStartOffset = logStart;
        completed();
    }

    /** Ends badly. */
    final void refuse(ErrorCode code, String why) {
        settled = true;
        error = code;
        message = why;
        firstOffset = -1;
        logAppendTime = RecordBatch.NO_TIMESTAMP;
        completed();
    }
}
