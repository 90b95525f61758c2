package mortise.broker.partition.api;

import java.util.List;
import mortise.api.Clock;
import mortise.api.ErrorCode;
import mortise.broker.partition.api.TimestampLookup.Absent;
import mortise.broker.partition.api.TimestampLookup.Found;
import mortise.broker.partition.api.TimestampLookup.Outcome;
import mortise.broker.partition.api.TimestampLookup.Question;
import mortise.broker.request.RequestContext;
import mortise.broker.request.WireErrors;
import mortise.broker.runtime.Blocking;
import mortise.spi.storage.OffsetOutOfRangeException;
import mortise.spi.storage.StorageException;
import mortise.wire.message.ListOffsetsResponse;
import mortise.wire.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The questions of one ListOffsets request that are answered from the log. Goes on in slices, each
 * a task of its own, so that a look-up through a large log keeps no other from its turn. What a
 * slice opens is kept, also when the request runs out of time.
 *
 * <p>Confined to one slice after the other.
 */
final class OffsetsByTime {
    private static final Logger LOG = LoggerFactory.getLogger(OffsetsByTime.class);
    private static final int SLICE_BYTES = 1 << 20;

    /** How often the log may lose its beginning under one question. */
    private static final int MOST_STARTS = 100;

    /** What is asked, and where the answer goes. */
    record Open(Question question, long timestamp, ListOffsetsPartitionResponse answer) {}

    private final RequestContext context;
    private final ListOffsetsResponse response;
    private final List<Open> open;
    private final TimestampLookup lookup;
    private final Blocking openings;
    private final Clock clock;
    private final long deadlineNanos;
    private int next;
    private int starts;

    /**
     * @param response complete but for the answers that are open
     * @param openings where batches are opened
     */
    OffsetsByTime(
            RequestContext context,
            ListOffsetsResponse response,
            List<Open> open,
            TimestampLookup lookup,
            Blocking openings,
            Clock clock,
            long deadlineNanos) {
        this.context = context;
        this.response = response;
        this.open = open;
        this.lookup = lookup;
        this.openings = openings;
        this.clock = clock;
        this.deadlineNanos = deadlineNanos;
    }

    private enum State {
        DONE,
        MORE,
        WAITING
    }

    /** Runs the next slice. */
    void proceed() {
        openings.run("offsets by time for " + context.clientHost(), this::slice)
                .whenComplete((state, failed) -> {
                    if (failed != null) {
                        LOG.error("offsets by time for {} failed", context.clientHost(), failed);
                        refuseRest(WireErrors.of(failed));
                        context.respond(response);
                    } else if (state == State.DONE) {
                        context.respond(response);
                    } else if (state == State.MORE) {
                        proceed();
                    }
                });
    }

    private State slice() {
        int left = SLICE_BYTES;
        while (next < open.size() && !context.connectionClosed()) {
            Open asked = open.get(next);
            try {
                Outcome outcome = look(asked);
                if (outcome != Absent.UNSEEN) {
                    answer(asked.answer(), outcome);
                } else if (clock.nanoTime() - deadlineNanos >= 0) {
                    refuseRest(ErrorCode.REQUEST_TIMED_OUT);
                } else if (left <= 0) {
                    return State.MORE;
                } else if (!asked.question().known().tryExtend(this::proceed)) {
                    return State.WAITING;
                } else {
                    left -= extend(asked.question());
                }
            } catch (OffsetOutOfRangeException deleted) {
                starts++;
                if (starts > MOST_STARTS) {
                    refuse(asked.answer(), ErrorCode.OFFSET_OUT_OF_RANGE);
                }
            } catch (StorageException failed) {
                asked.question().partition().readFailed(failed);
                refuse(asked.answer(), WireErrors.of(failed));
            }
        }
        return State.DONE;
    }

    private Outcome look(Open asked) {
        return asked.timestamp() == ListOffsetsHandler.MAX_TIMESTAMP
                ? lookup.largest(asked.question())
                : lookup.atOrAfter(asked.question(), asked.timestamp());
    }

    private int extend(Question question) {
        try {
            return lookup.extend(question);
        } finally {
            question.known().extended();
        }
    }

    private void answer(ListOffsetsPartitionResponse answer, Outcome outcome) {
        if (outcome instanceof Found found) {
            ListOffsetsHandler.fill(answer, found, context.apiVersion());
        }
        done();
    }

    private void refuse(ListOffsetsPartitionResponse answer, ErrorCode error) {
        answer.errorCode(error.code());
        done();
    }

    private void done() {
        next++;
        starts = 0;
    }

    private void refuseRest(ErrorCode error) {
        while (next < open.size()) {
            refuse(open.get(next).answer(), error);
        }
    }
}
