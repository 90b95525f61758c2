package mortise.broker.fetch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mortise.api.ErrorCode;
import mortise.api.Timers;
import mortise.broker.request.RequestContext;
import mortise.broker.request.SlicePayload;
import mortise.wire.Payload;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.FetchResponse.FetchableTopicResponse;
import mortise.wire.message.FetchResponse.NodeEndpoint;
import mortise.wire.message.FetchResponse.PartitionData;
import org.jspecify.annotations.Nullable;

/**
 * One Fetch request from its session to its answer: looks at what is ready, answers if that is
 * enough, and else waits for a mark or its deadline and looks again.
 *
 * <p><b>Confinement.</b> It owns its session, and is itself owned by whoever runs it: the event
 * loop; a virtual thread, once it met data that may be cold; nobody, while it is parked, until one
 * caller claims it. Each hand-over happens before what the next owner does.
 */
final class FetchPass implements DirtyMarks.Waiter {
    private static final short FIRST_VERSION_WITH_ENDPOINTS = 16;

    /** From how many partitions on an answer is large, its records aside. */
    private static final int MANY_PARTITIONS = 256;

    private final RequestContext context;
    private final FetchSources sources;
    private final FetchTelemetry telemetry;
    private final FetchSession session;
    private final PartitionReader reader;
    private final int minBytes;
    private final int maxBytes;
    private final long deadlineNanos;
    private Timers.@Nullable Scheduled timer;
    private int cursor;
    private long bytes;
    private boolean urgent;

    /**
     * A pass over a session that the caller owns.
     *
     * @param inFull whether the response names every partition, also those with nothing new
     */
    FetchPass(
            RequestContext context,
            FetchSources sources,
            FetchTelemetry telemetry,
            FetchSession session,
            boolean inFull,
            FetchLimits limits) {
        this.context = context;
        this.sources = sources;
        this.telemetry = telemetry;
        this.session = session;
        this.reader = new PartitionReader(context, sources, limits.committedOnly(), inFull);
        this.minBytes = limits.minBytes();
        this.maxBytes = limits.maxBytes();
        this.deadlineNanos = limits.deadlineNanos();
    }

    /**
     * What a request asks of its response.
     *
     * @param deadlineNanos when it is answered with what there is
     * @param committedOnly whether only decided transactions are read
     */
    record FetchLimits(int minBytes, int maxBytes, long deadlineNanos, boolean committedOnly) {}

    /** Looks for the first time; on the event loop. */
    void begin() {
        try {
            look(false);
        } catch (RuntimeException failed) {
            fail(failed);
        }
    }

    @Override
    public void woken() {
        context.execute(this::lookAgain);
    }

    private void expired() {
        if (session.marks().claim(this)) {
            context.execute(this::lookAgain);
        }
    }

    /** Nobody waits for the answer any more: lets go of frame, session and timer. */
    private void abandoned() {
        if (session.marks().claim(this)) {
            finish();
            context.respondNothing();
        }
    }

    private void lookAgain() {
        giveSlicesBack();
        begin();
    }

    private void look(boolean mayBlock) {
        do {
            cursor = 0;
            bytes = 0;
            urgent = false;
            session.takeMarks();
            if (!visit(mayBlock)) {
                continueOnVirtualThread();
                return;
            }
        } while (!settled());
    }

    private void continueOnVirtualThread() {
        telemetry.coldFetches().increment();
        sources.blocking()
                .run("read for a fetch of " + context.clientHost(), this::visitCold)
                .whenComplete((done, failed) -> {
                    if (failed != null) {
                        fail(failed);
                    }
                });
    }

    private @Nullable Void visitCold() {
        visit(true);
        if (!settled()) {
            giveSlicesBack();
            look(true);
        }
        return null;
    }

    private void fail(Throwable failed) {
        giveSlicesBack();
        session.ready().forEach(interest -> interest.answer(null));
        finish();
        context.respond(new FetchResponse().errorCode(ErrorCode.UNKNOWN_SERVER_ERROR.code()));
        context.failedUnexpectedly(failed);
    }

    /** Looks at what is ready from the cursor on; false if it met data that may be cold. */
    private boolean visit(boolean mayBlock) {
        List<FetchInterest> ready = session.ready();
        for (; cursor < ready.size(); cursor++) {
            FetchInterest interest = ready.get(cursor);
            if (interest.forgotten()) {
                continue;
            }
            int room = (int) Math.max(0, Math.min(Integer.MAX_VALUE, maxBytes - bytes));
            if (!reader.read(interest, room, bytes == 0, mayBlock)) {
                return false;
            }
            PartitionData answer = interest.answer();
            if (answer != null) {
                Payload records = answer.records();
                bytes += records == null ? 0 : records.sizeInBytes();
                urgent |= answer.errorCode() != 0 || answer.divergingEpoch().epoch() >= 0;
            }
        }
        return true;
    }

    /**
     * Answers if there is enough or no time left, else waits; false if marks came before it could.
     */
    private boolean settled() {
        if (bytes >= minBytes
                || urgent
                || session.isEmpty()
                || sources.clock().nanoTime() - deadlineNanos >= 0) {
            answer();
            return true;
        }
        return parked();
    }

    private boolean parked() {
        giveSlicesBack();
        session.settle(false);
        if (!session.watching()) {
            // a session of one request registers only when it must wait, and then looks again
            session.watchAll(sources);
            return false;
        }
        if (timer == null) {
            long wait = Math.max(0, deadlineNanos - sources.clock().nanoTime());
            timer = sources.timers().schedule(Duration.ofNanos(wait), this::expired);
            context.whenConnectionClosed(this::abandoned);
        }
        telemetry.parkedFetches().increment();
        if (!session.marks().park(this)) {
            return false;
        }
        if (sources.clock().nanoTime() - deadlineNanos >= 0) {
            // the timer may have fired before it could find anything parked
            expired();
        }
        if (context.connectionClosed()) {
            abandoned();
        }
        return true;
    }

    private void giveSlicesBack() {
        for (FetchInterest interest : session.ready()) {
            PartitionData answer = interest.answer();
            if (answer != null && answer.records() instanceof SlicePayload lent) {
                lent.slice().close();
                answer.records(PartitionReader.NO_RECORDS);
            }
        }
    }

    private void answer() {
        if (session.ready().size() > MANY_PARTITIONS) {
            context.largeAnswer();
        }
        FetchResponse response =
                new FetchResponse().sessionId(session.isEmpty() ? 0 : session.id());
        List<FetchableTopicResponse> topics = new ArrayList<>();
        Set<Integer> leaders = null;
        FetchTopicKey current = null;
        for (FetchInterest interest : session.ready()) {
            PartitionData answer = interest.answer();
            if (answer == null || interest.forgotten()) {
                continue;
            }
            if (!interest.topic().equals(current)) {
                current = interest.topic();
                topics.add(
                        new FetchableTopicResponse()
                                .topic(current.name())
                                .topicId(current.id().value()));
            }
            topics.getLast().partitions().add(answer);
            interest.told(answer);
            int leader = answer.currentLeader().leaderId();
            if (leader >= 0) {
                leaders = leaders == null ? new HashSet<>() : leaders;
                leaders.add(leader);
            }
        }
        response.responses(topics);
        if (leaders != null && context.apiVersion() >= FIRST_VERSION_WITH_ENDPOINTS) {
            response.nodeEndpoints(endpoints(leaders));
        }
        session.settle(true);
        telemetry.fetchedBytes().add(bytes);
        finish();
        context.respond(response);
    }

    private void finish() {
        Timers.Scheduled waiting = timer;
        if (waiting != null) {
            waiting.cancel();
        }
        for (FetchInterest interest : session.ready()) {
            interest.answer(null);
        }
        session.end();
    }

    private List<NodeEndpoint> endpoints(Set<Integer> leaders) {
        List<NodeEndpoint> known = new ArrayList<>();
        for (int leader : leaders) {
            sources.endpoints()
                    .find(leader, context)
                    .ifPresent(at ->
                            known.add(
                                    new NodeEndpoint()
                                            .nodeId(leader)
                                            .host(at.host())
                                            .port(at.port())));
        }
        return known;
    }
}
