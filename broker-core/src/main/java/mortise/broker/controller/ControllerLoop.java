package mortise.broker.controller;

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
import mortise.api.Timers;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Metrics;
import mortise.broker.metadata.ClusterImage;
import mortise.broker.metadata.ImageDelta;
import mortise.broker.metadata.ImageListener;
import mortise.broker.metadata.MetadataPublisher;
import mortise.broker.metadata.MetadataRecords;
import mortise.broker.metadata.config.MetadataSettings;
import mortise.broker.request.RefusedException;
import mortise.broker.runtime.Failures;
import mortise.broker.runtime.Recurrence;
import mortise.broker.telemetry.SlowDecisionEvent;
import mortise.spi.consensus.Leadership;
import mortise.spi.consensus.MetadataQuorum;
import mortise.spi.consensus.ProposeOutcome;
import mortise.wire.ApiMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller at work, on a serial executor of its own: takes commands, has the {@link
 * Controller} decide them over the newest image, and proposes what it decided.
 *
 * <p>One entry is in flight at a time; the commands that come meanwhile go into the next one
 * together. So a decision never rests on something that may not come true, and many commands still
 * cost one commit.
 *
 * <p>A reply is given when its entry is committed and the partitions of this broker follow it: a
 * client that was told of a topic can produce to it.
 */
public final class ControllerLoop implements ImageListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControllerLoop.class);

    private final Controller controller;
    private final MetadataQuorum quorum;
    private final MetadataPublisher publisher;
    private final Timers timers;
    private final MetadataSettings settings;
    private final Counter proposals;
    private final Failures unexpected;
    private final Recurrence defects = new Recurrence();

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock.
    private final Deque<Pending<?>> waiting = new ArrayDeque<>();
    private Leadership leadership = new Leadership(0, -1, false);
    private int distrustedEpoch = -1;
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
            MetadataSettings settings,
            Clock clock,
            Metrics metrics) {
        this.controller = controller;
        this.quorum = quorum;
        this.publisher = publisher;
        this.timers = timers;
        this.settings = settings;
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
     * Begins to work off what waits.
     *
     * @param serial an executor of the controller's own, which never runs two tasks at once
     */
    public void start(Executor serial) {
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
            scheduled = true;
            executor.execute(this::run);
        }
    }

    /**
     * Asks for a change. The stage completes on the controller's or the quorum's thread.
     *
     * @param timeout how long the answer may take; the change itself may still come after it
     * @return the reply; or a {@link RefusedException} with NOT_CONTROLLER if this broker does not
     *     lead, REQUEST_TIMED_OUT if it took too long, or the reason why the whole command is
     *     refused
     */
    public <R> CompletionStage<R> submit(ControllerCommand<R> command, Duration timeout) {
        Pending<R> pending = new Pending<>(command);
        lock.lock();
        try {
            if (closed) {
                pending.fail(ErrorCode.NOT_CONTROLLER, "The broker is stopping.");
                return pending.result;
            }
            if (waiting.size() >= settings.maxQueuedCommands()) {
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
    public void leadership(Leadership now) {
        lock.lock();
        try {
            leadership = now;
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

    /** Decides what waits, if nothing is in flight. Called by one thread at a time. */
    void step() {
        SlowDecisionEvent event = SlowDecisionEvent.begun();
        List<Decided<?>> decided = new ArrayList<>();
        List<ApiMessage> records = new ArrayList<>();
        ClusterImage state = publisher.image();
        Leadership now = null;
        while (records.size() < settings.maxPartitionsPerRequest()) {
            Taken taken = take(now);
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
            settle(now, decided, records);
        }
    }

    private record Taken(Pending<?> pending, Leadership leadership) {}

    /**
     * The next command, if this broker leads and has led since {@code since}; commands are refused
     * if it does not.
     */
    private @Nullable Taken take(@Nullable Leadership since) {
        List<Pending<?>> refused = new ArrayList<>();
        int leader;
        lock.lock();
        try {
            if (inFlight || closed || (since != null && !since.equals(leadership))) {
                return null;
            }
            if (leadership.local() && leadership.epoch() != distrustedEpoch) {
                Pending<?> next = waiting.poll();
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
            List<ApiMessage> records) {
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

    private void settle(Leadership now, List<Decided<?>> decided, List<ApiMessage> records) {
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
            outcome = quorum.propose(now.epoch(), MetadataRecords.encode(records));
        } catch (RuntimeException failure) {
            outcome = CompletableFuture.failedStage(failure);
        }
        outcome.whenComplete((result, failure) -> {
            boolean trusted = failure == null && !(result instanceof ProposeOutcome.Indeterminate);
            landed(trusted ? -1 : now.epoch());
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

    private void landed(int epochToDistrust) {
        lock.lock();
        try {
            inFlight = false;
            // What became of the entry is unknown, so nothing can be decided until a later epoch
            // has settled it.
            distrustedEpoch = Math.max(distrustedEpoch, epochToDistrust);
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
                            .whenComplete((nothing, failure) -> decided.forEach(Decided::succeed));
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
