package mortise.broker.partition;

import java.util.ArrayDeque;
import java.util.Iterator;
import mortise.api.ErrorCode;
import mortise.broker.runtime.Failures;

/**
 * Batches that are in the log and wait for the high watermark, in the order in which they were
 * taken, which is log order except for retries of an earlier batch. Confined to the partition's
 * mailbox. Each holds a request that the connection's in-flight limit counts, which bounds it.
 */
final class ParkedProduces {
    /** What failed when a completion throws. */
    static final String ANSWERING = "answering a produce";

    private final Failures unexpected;
    private final ArrayDeque<AppendBatch> waiting = new ArrayDeque<>();

    /** Nothing is parked; completions that throw are told of there and harm nobody else. */
    ParkedProduces(Failures unexpected) {
        this.unexpected = unexpected;
    }

    void add(AppendBatch batch) {
        waiting.addLast(batch);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    /** Acknowledges everything below the high watermark. */
    void acknowledgeBelow(long highWatermark, long logStartOffset) {
        for (AppendBatch next = waiting.peekFirst();
                next != null && next.lastOffset() < highWatermark;
                next = waiting.peekFirst()) {
            waiting.removeFirst();
            try {
                next.acknowledge(logStartOffset);
            } catch (RuntimeException | Error failure) {
                unexpected.note(ANSWERING, failure);
            }
        }
    }

    /** Ends everything with an error; the batches stay in the log. */
    void refuseAll(ErrorCode error, String why) {
        for (AppendBatch next = waiting.pollFirst(); next != null; next = waiting.pollFirst()) {
            refuse(next, error, why);
        }
    }

    private void refuse(AppendBatch batch, ErrorCode error, String why) {
        try {
            batch.refuse(error, why);
        } catch (RuntimeException | Error failure) {
            unexpected.note(ANSWERING, failure);
        }
    }

    /** Answers REQUEST_TIMED_OUT to everything whose deadline has passed. */
    void expire(long nowNanos) {
        for (Iterator<AppendBatch> all = waiting.iterator(); all.hasNext(); ) {
            AppendBatch batch = all.next();
            if (batch.deadlineNanos() - nowNanos <= 0) {
                all.remove();
                refuse(
                        batch,
                        ErrorCode.REQUEST_TIMED_OUT,
                        "the batch is written and did not become durable within the request's timeout");
            }
        }
    }

    /** The deadline that passes first; only if something waits. */
    long earliestDeadline() {
        long earliest = waiting.getFirst().deadlineNanos();
        for (AppendBatch batch : waiting) {
            if (batch.deadlineNanos() - earliest < 0) {
                earliest = batch.deadlineNanos();
            }
        }
        return earliest;
    }
}
