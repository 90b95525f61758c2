package mortise.broker.cluster;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import mortise.api.Clock;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.api.Timers;
import mortise.api.config.Config;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Metrics;
import mortise.broker.runtime.Failures;
import mortise.broker.runtime.Recurrence;
import mortise.broker.telemetry.SlowDecisionEvent;
import mortise.metadata.ClusterImage;
import mortise.metadata.ImageChange;
import mortise.metadata.ImageDelta;
import mortise.metadata.MetadataRecords;
import mortise.metadata.config.MetadataSettings;
import mortise.metadata.controller.Controller;
import mortise.metadata.controller.ControllerCommand;
import mortise.metadata.controller.Decision;
import mortise.metadata.record.MetadataRecord;
import mortise.spi.consensus.Leadership;
import mortise.spi.consensus.MetadataQuorum;
import mortise.spi.consensus.ProposeOutcome;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller at work, on a serial executor of its own: takes commands, has the {@link
 * Controller} decide them over the newest image, and proposes what it decided. It is the gateway of
 * brokers that lead the quorum themselves.
 *
 * <p>Nothing is decided over an image that is older than the leadership that it is decided in, or
 * than the entry that was proposed last: the quorum tells of both before the publisher has applied
 * them, and commands wait until it has.
 *
 * <p>One entry is in flight at a time; the commands that come meanwhile go into the next one
 * together. So a decision never rests on something that may not come true, and many commands still
 * cost one commit.
 *
 * <p>A reply is given when its entry is committed and the partitions of this broker follow it: a
 * client that was told of a topic can produce to it.
 */
public final class ControllerLoop implements ControllerGateway, ImageListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControllerLoop.class);

    private final Controller controller;
    private final MetadataQuorum quorum;
    private final MetadataPublisher publisher;
    private final Timers timers;
    private final int mostQueued;
    private final int entryRecords;
    private final Counter proposals;
    private final Failures unexpected;
    private final Recurrence defects = new Recurrence();

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock.
    private final Deque<Pending<?>> waiting = new ArrayDeque<>();
    private Leadership leadership = new Leadership(0, -1, false);
    private int distrustedEpoch = -1;
    private long leastIndex;
    private boolean inFlight;
    private boolean closed;
    private @Nullable Executor executor;
    private boolean scheduled;

    /** A loop that does nothing until {@link #start}. */
    public ControllerLoop(
            Controller controller,
            MetadataQuorum quorum,
            MetadataPublisher publisher,
            Timers timers,
            Config config,
            Clock clock,
            Metrics metrics) {
        this.controller = controller;
        this.quorum = quorum;
        this.publisher = publisher;
        this.timers = timers;
        this.mostQueued = config.get(MetadataSettings.MAX_QUEUED_COMMANDS);
        this.entryRecords = config.get(MetadataSettings.MAX_PARTITIONS_PER_REQUEST);
        unexpected = Failures.in(metrics, clock, LOG);
        proposals =
                metrics.counter(
                        "controller_proposals_total", "Entries that the controller proposed.");
        metrics.gauge(
                "controller_waiting_commands",
                "Commands that wait for the controller.",
                this::waitingCount);
    }

    /** A command and whoever waits for its reply. */
    private static final class Pending<R> {
        final ControllerCommand<R> command;
        final CompletableFuture<R> result = new CompletableFuture<>();

        Pending(ControllerCommand<R> command) {
            this.command = command;
        }

        void fail(ErrorCode error, String reason) {
            result.completeExceptionally(new RefusedException(error, reason));
        }
    }

    /** A command that was decided, until its entry is committed. */
    private record Decided<R>(Pending<R> pending, R reply) {
        void succeed() {
            pending.result.complete(reply);
        }
    }

    /**
     * Listens to the publisher, and begins to work off what waits. To be called once, before the
     * quorum starts.
     *
     * @param serial an executor of the controller's own, which never runs two tasks at once
     */
    public void start(Executor serial) {
        publisher.listen(this);
        lock.lock();
        try {
            executor = serial;
            scheduleIfDue();
        } finally {
            lock.unlock();
        }
    }

    /** Sees to it that the executor looks, if there is something to do. The lock is held. */
    private void scheduleIfDue() {
        if (executor != null && !scheduled && !closed && !waiting.isEmpty() && !inFlight) {
            if (leads() && isStale(publisher.image())) {
                return; // the publisher's next image asks again
            }
            scheduled = true;
            executor.execute(this::run);
        }
    }

    /** Whether decisions are this broker's to make. The lock is held. */
    private boolean leads() {
        return leadership.local() && leadership.epoch() != distrustedEpoch;
    }

    /**
     * Whether an image lacks something that was committed before this leadership, or that was
     * decided in it. The lock is held.
     */
    private boolean isStale(ClusterImage image) {
        return image.index() < leastIndex;
    }

    @Override
    public <R> CompletionStage<R> submit(ControllerCommand<R> command, Duration timeout) {
        Pending<R> pending = new Pending<>(command);
        lock.lock();
        try {
            if (closed) {
                pending.fail(ErrorCode.NOT_CONTROLLER, "The broker is stopping.");
                return pending.result;
            }
            if (waiting.size() >= mostQueued) {
                pending.fail(
                        ErrorCode.REQUEST_TIMED_OUT,
                        "The controller has "
                                + waiting.size()
                                + " commands to do ("
                                + MetadataSettings.MAX_QUEUED_COMMANDS.name()
                                + "); ask again later.");
                return pending.result;
            }
            waiting.add(pending);
            scheduleIfDue();
        } finally {
            lock.unlock();
        }
        Timers.Scheduled timer =
                timers.schedule(
                        timeout.isNegative() ? Duration.ZERO : timeout,
                        () ->
                                pending.fail(
                                        ErrorCode.REQUEST_TIMED_OUT,
                                        "The controller did not answer within "
                                                + timeout.toMillis()
                                                + " ms."));
        return pending.result.whenComplete((reply, failure) -> timer.cancel());
    }

    @Override
    public void leadership(Leadership now, long asOf) {
        lock.lock();
        try {
            leadership = now;
            leastIndex = Math.max(leastIndex, asOf);
            scheduleIfDue();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void changed(ImageChange change) {
        lock.lock();
        try {
            scheduleIfDue();
        } finally {
            lock.unlock();
        }
    }

    private int waitingCount() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        // a command that was being decided is answered by its timeout
        unexpected.contain("a step of the controller", this::step);
        lock.lock();
        try {
            scheduled = false;
            scheduleIfDue();
        } finally {
            lock.unlock();
        }
    }

    /** Decides what waits, if nothing is in flight. */
    private void step() {
        SlowDecisionEvent event = SlowDecisionEvent.begun();
        List<Decided<?>> decided = new ArrayList<>();
        List<MetadataRecord> records = new ArrayList<>();
        ClusterImage state = publisher.image();
        Leadership now = null;
        while (records.size() < entryRecords) {
            Taken taken = take(now, state);
            if (taken == null) {
                break;
            }
            now = taken.leadership;
            if (!taken.pending.result.isDone()) {
                state = decide(state, taken.pending, decided, records);
            }
        }
        event.ended(decided.size(), records.size());
        if (now != null && !decided.isEmpty()) {
            settle(now, state, decided, records);
        }
    }

    private record Taken(Pending<?> pending, Leadership leadership) {}

    /**
     * The next command, if this broker leads, has led since {@code since} and the image is not
     * stale; commands are refused if it does not lead.
     */
    private @Nullable Taken take(@Nullable Leadership since, ClusterImage state) {
        List<Pending<?>> refused = new ArrayList<>();
        int leader;
        lock.lock();
        try {
            if (inFlight || closed || (since != null && !since.equals(leadership))) {
                return null;
            }
            if (leads()) {
                Pending<?> next = isStale(state) ? null : waiting.poll();
                return next == null ? null : new Taken(next, leadership);
            }
            refused.addAll(waiting);
            waiting.clear();
            leader = leadership.leaderId();
        } finally {
            lock.unlock();
        }
        refuse(
                refused,
                "Broker "
                        + leader
                        + " leads the metadata quorum (-1: nobody does yet), not this one.");
        return null;
    }

    private static void refuse(List<Pending<?>> commands, String reason) {
        commands.forEach(pending -> pending.fail(ErrorCode.NOT_CONTROLLER, reason));
    }

    private <R> ClusterImage decide(
            ClusterImage state,
            Pending<R> pending,
            List<Decided<?>> decided,
            List<MetadataRecord> records) {
        try {
            Decision<R> decision = controller.decide(state, pending.command);
            ClusterImage next = ImageDelta.replay(state, state.index(), decision.records());
            records.addAll(decision.records());
            decided.add(new Decided<>(pending, decision.reply()));
            return next;
        } catch (RefusedException refused) {
            pending.result.completeExceptionally(refused);
        } catch (RuntimeException defect) {
            long times = defects.count();
            if (times > 0) {
                LOG.error(
                        "deciding {} failed (failure number {})",
                        pending.command.getClass().getSimpleName(),
                        times,
                        defect);
            }
            pending.result.completeExceptionally(defect);
        }
        return state;
    }

    private void settle(
            Leadership now,
            ClusterImage after,
            List<Decided<?>> decided,
            List<MetadataRecord> records) {
        if (records.isEmpty()) {
            decided.forEach(Decided::succeed);
            return;
        }
        lock.lock();
        try {
            inFlight = true;
        } finally {
            lock.unlock();
        }
        proposals.increment();
        CompletionStage<ProposeOutcome> outcome;
        try {
            outcome =
                    quorum.propose(
                            now.epoch(), MetadataRecords.encode(records, after.metadataLevel()));
        } catch (RuntimeException failure) {
            outcome = CompletableFuture.failedStage(failure);
        }
        outcome.whenComplete((result, failure) -> {
            landed(now, result, failure);
            if (failure != null) {
                fail(
                        decided,
                        ErrorCode.UNKNOWN_SERVER_ERROR,
                        "The metadata quorum failed: " + failure.getMessage());
            } else {
                finish(now, decided, result);
            }
        });
    }

    private void landed(
            Leadership proposedIn, @Nullable ProposeOutcome result, @Nullable Throwable failure) {
        lock.lock();
        try {
            inFlight = false;
            if (failure == null && result instanceof ProposeOutcome.Committed(long index)) {
                leastIndex = Math.max(leastIndex, index);
            }
            if (failure != null || result instanceof ProposeOutcome.Indeterminate) {
                // What became of the entry is unknown, so nothing can be decided until a later
                // epoch has settled it.
                distrustedEpoch = Math.max(distrustedEpoch, proposedIn.epoch());
            }
            scheduleIfDue();
        } finally {
            lock.unlock();
        }
    }

    private void finish(Leadership proposedIn, List<Decided<?>> decided, ProposeOutcome outcome) {
        switch (outcome) {
            case ProposeOutcome.Committed(long index) ->
                    publisher
                            .applied(index)
                            .whenComplete((nothing, failure) -> {
                                if (failure == null) {
                                    decided.forEach(Decided::succeed);
                                } else {
                                    fail(
                                            decided,
                                            ErrorCode.UNKNOWN_SERVER_ERROR,
                                            "The change takes effect, but not on this broker: "
                                                    + failure.getMessage());
                                }
                            });
            case ProposeOutcome.Refused(String reason) -> {
                boolean leads = publisher.leadership().equals(proposedIn);
                fail(
                        decided,
                        leads ? ErrorCode.UNKNOWN_SERVER_ERROR : ErrorCode.NOT_CONTROLLER,
                        "The metadata quorum refused the change: " + reason);
            }
            case ProposeOutcome.Indeterminate(String reason) ->
                    fail(
                            decided,
                            ErrorCode.REQUEST_TIMED_OUT,
                            "The change may or may not take effect, look again later: " + reason);
        }
    }

    private static void fail(List<Decided<?>> decided, ErrorCode error, String reason) {
        decided.forEach(one -> one.pending().fail(error, reason));
    }

    /** Ends the work; commands that wait are refused. */
    @Override
    public void close() {
        List<Pending<?>> refused;
        lock.lock();
        try {
            closed = true;
            refused = List.copyOf(waiting);
            waiting.clear();
        } finally {
            lock.unlock();
        }
        refuse(refused, "The broker is stopping.");
    }
}
