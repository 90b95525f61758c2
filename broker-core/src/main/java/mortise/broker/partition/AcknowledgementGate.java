package mortise.broker.partition;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import mortise.api.Clock;
import mortise.api.ErrorCode;
import mortise.api.Timers;
import mortise.broker.runtime.Failures;
import org.jspecify.annotations.Nullable;

/**
 * What stands between a batch that is in the log and its acknowledgement: the high watermark. What
 * lies below is acknowledged at once; the others are parked, in the order in which they came, which
 * is log order except for retries of an earlier batch, until the watermark or their deadline has
 * passed them.
 *
 * <p>A completion that throws is told of and costs its own request only.
 *
 * <p>Confined to the partition's mailbox. Each parked batch holds a request that the connection's
 * in-flight limit counts, which bounds them; they have one timer together, for the earliest
 * deadline.
 */
final class AcknowledgementGate {
    private static final String ANSWERING = "answering a produce";

    /** How late a parked produce may learn that it timed out. */
    private static final long DEADLINE_SLACK_NANOS = 50_000_000;

    private final ArrayDeque<AppendBatch> parked = new ArrayDeque<>();
    private final Clock clock;
    private final Timers timers;
    private final PartitionMetrics metrics;
    private final Failures unexpected;
    private final Runnable deadlinePassed;
    private Timers.@Nullable Scheduled timer;
    private long timerNanos;

    /**
     * Nothing is parked.
     *
     * @param deadlinePassed called on the timers' thread when {@link #expire} is due
     */
    AcknowledgementGate(PartitionContext context, Runnable deadlinePassed) {
        this.clock = context.services().clock();
        this.timers = context.services().timers();
        this.metrics = context.metrics();
        this.unexpected = context.reports().unexpected();
        this.deadlinePassed = deadlinePassed;
    }

    /** Acknowledges a batch that is in the log, or parks it. */
    void pass(AppendBatch batch, long highWatermark, long logStartOffset) {
        if (batch.acks() == 0 || batch.lastOffset() < highWatermark) {
            acknowledge(batch, logStartOffset);
        } else {
            batch.park();
            parked.addLast(batch);
            time(batch.deadlineNanos());
        }
    }

    /** Acknowledges everything parked below the high watermark. */
    void open(long highWatermark, long logStartOffset) {
        for (AppendBatch next = parked.peekFirst();
                next != null && next.lastOffset() < highWatermark;
                next = parked.peekFirst()) {
            parked.removeFirst();
            acknowledge(next, logStartOffset);
        }
    }

    private void acknowledge(AppendBatch batch, long logStartOffset) {
        try {
            batch.acknowledge(logStartOffset);
        } catch (RuntimeException | Error failure) {
            unexpected.note(ANSWERING, failure);
        }
    }

    /** Ends a batch that was not written with an error. */
    void refuse(AppendBatch batch, ErrorCode error, String why) {
        metrics.refusedBatches().increment();
        end(batch, error, why);
    }

    /** Ends whatever of a run has not ended and is not parked. */
    void refuseRest(AppendRun run, ErrorCode error, String why) {
        for (int i = 0; i < run.takenCount(); i++) {
            if (!run.taken(i).settled()) {
                refuse(run.taken(i), error, why);
            }
        }
    }

    /** Ends everything parked with an error; the batches stay in the log. */
    void refuseParked(ErrorCode error, String why) {
        for (AppendBatch next = parked.pollFirst(); next != null; next = parked.pollFirst()) {
            end(next, error, why);
        }
    }

    private void end(AppendBatch batch, ErrorCode error, String why) {
        try {
            batch.refuse(error, why);
        } catch (RuntimeException | Error failure) {
            unexpected.note(ANSWERING, failure);
        }
    }

    /** Answers REQUEST_TIMED_OUT to everything whose deadline has passed. */
    void expire() {
        long now = clock.nanoTime();
        for (Iterator<AppendBatch> all = parked.iterator(); all.hasNext(); ) {
            AppendBatch batch = all.next();
            if (batch.deadlineNanos() - now <= 0) {
                all.remove();
                end(
                        batch,
                        ErrorCode.REQUEST_TIMED_OUT,
                        "the batch is written and did not become durable within the request's timeout");
            }
        }
        stopTimer();
        if (!parked.isEmpty()) {
            time(earliestDeadline());
        }
    }

    private long earliestDeadline() {
        long earliest = parked.getFirst().deadlineNanos();
        for (AppendBatch batch : parked) {
            if (batch.deadlineNanos() - earliest < 0) {
                earliest = batch.deadlineNanos();
            }
        }
        return earliest;
    }

    /** Sees to it that someone looks when this deadline passes. */
    private void time(long deadlineNanos) {
        if (timer != null && timerNanos - deadlineNanos <= DEADLINE_SLACK_NANOS) {
            return;
        }
        stopTimer();
        long wait = Math.max(0, deadlineNanos - clock.nanoTime());
        timerNanos = deadlineNanos;
        timer = timers.schedule(Duration.ofNanos(wait), deadlinePassed);
    }

    private void stopTimer() {
        Timers.Scheduled running = timer;
        if (running != null) {
            running.cancel();
            timer = null;
        }
    }
}
