package mortise.broker.partition;

import java.util.ArrayDeque;
import java.util.Iterator;
import mortise.api.ErrorCode;

/**
 * Batches that are in the log and wait for the high watermark, in the order in which they were
 * taken, which is log order except for retries of an earlier batch. Confined to the partition's
 * mailbox. Each holds a request that the connection's in-flight limit counts, which bounds it.
 */
final class ParkedProduces {
    private final ArrayDeque<AppendBatch> waiting = new ArrayDeque<>();

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
            next.acknowledge(logStartOffset);
        }
    }

    /** Ends everything with an error; the batches stay in the log. */
    void refuseAll(ErrorCode error, String why) {
        for (AppendBatch next = waiting.pollFirst(); next != null; next = waiting.pollFirst()) {
            next.refuse(error, why);
        }
    }

    /** Answers REQUEST_TIMED_OUT to everything whose deadline has passed. */
    void expire(long nowNanos) {
        for (Iterator<AppendBatch> all = waiting.iterator(); all.hasNext(); ) {
            AppendBatch batch = all.next();
            if (batch.deadlineNanos() - nowNanos <= 0) {
                all.remove();
                batch.refuse(
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
