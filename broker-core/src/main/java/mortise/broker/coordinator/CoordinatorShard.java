package mortise.broker.coordinator;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import mortise.api.ErrorCode;
import mortise.api.Timers.Scheduled;
import mortise.broker.mailbox.DataLane;
import mortise.broker.mailbox.Mailbox;
import mortise.broker.mailbox.MailboxOwner;
import mortise.broker.mailbox.Suspension;
import mortise.broker.partition.LeaderView;
import mortise.broker.partition.Partition;
import mortise.coordinator.CommandContext;
import mortise.coordinator.CommandContext.Answer;
import mortise.coordinator.CoordinatorRecord;
import mortise.coordinator.Moment;
import mortise.coordinator.ReplicatedState;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition of an internal topic, and the state that stands on its records while this broker
 * leads it. Commands come one at a time through its mailbox. What those decide that are there
 * together is one batch; the state is changed at once, and answers wait until the batch is
 * committed, those of later commands that may have seen the change too. If a batch cannot be
 * appended, nothing that stands on it is: the state is dropped, and replayed from what the log has.
 *
 * <p>Confined to its mailbox, but for {@link #through}.
 *
 * @param <S> the state
 */
final class CoordinatorShard<S extends ReplicatedState>
        implements MailboxOwner<CoordinatorCommand<S>, ShardControl<S>> {
    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorShard.class);

    /** Signals, one bit each. */
    private static final int DUE = 1;

    /** Batches that may wait to be committed before the next command is taken. */
    private static final int MOST_IN_FLIGHT = 64;

    private static final Duration LOAD_RETRY = Duration.ofMillis(200);
    private static final int FIRST_BATCH_BYTES = 512;

    private final String name;
    private final Supplier<S> newState;
    private final ShardServices services;
    private final Mailbox<CoordinatorCommand<S>, ShardControl<S>> mailbox;

    private Phase<S> phase = new Phase.Absent<>();

    /** The batch that was appended last in this term; all before it are through when it is. */
    private @Nullable ShardBatch last;

    private @Nullable Scheduled timer;
    private long timerNanos;

    // shared with whoever is through with a batch
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicReference<@Nullable Suspension> crowded = new AtomicReference<>();

    /** Whether the state is there. */
    private sealed interface Phase<S> {
        /** This broker does not lead the partition. */
        record Absent<S>() implements Phase<S> {}

        record Loading<S>(Term term) implements Phase<S> {}

        record Active<S>(Term term, S state) implements Phase<S> {}
    }

    /**
     * A shard that leads nothing yet.
     *
     * @param mailboxes makes its mailbox
     */
    CoordinatorShard(
            String name,
            Supplier<S> newState,
            ShardServices services,
            Function<
                            MailboxOwner<CoordinatorCommand<S>, ShardControl<S>>,
                            Mailbox<CoordinatorCommand<S>, ShardControl<S>>>
                    mailboxes) {
        this.name = name;
        this.newState = newState;
        this.services = services;
        this.mailbox = mailboxes.apply(this);
    }

    Mailbox<CoordinatorCommand<S>, ShardControl<S>> mailbox() {
        return mailbox;
    }

    // ---- commands

    @Override
    public void serve(CoordinatorCommand<S> first, DataLane<CoordinatorCommand<S>> behind) {
        CommandContext context = new CommandContext(now());
        CoordinatorCommand<S> next = first;
        while (true) {
            decide(next, context);
            if (context.sizeInBytes() >= services.batchBytes() || behind.peek() == null) {
                break;
            }
            next = behind.take();
        }
        finish(context);
    }

    private Moment now() {
        return new Moment(services.clock().nanoTime(), services.clock().wallMillis());
    }

    private void decide(CoordinatorCommand<S> command, CommandContext context) {
        switch (phase) {
            case Phase.Absent<S> absent -> command.refuse(ErrorCode.NOT_COORDINATOR);
            case Phase.Loading<S> loading -> command.refuse(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
            case Phase.Active<S>(Term term, S state) -> {
                if (!term.goesOn()) {
                    command.refuse(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
                    return;
                }
                try {
                    command.decide(state, context);
                } catch (RuntimeException | Error failed) {
                    services.failures().note("a command of " + name, failed);
                    command.refuse(ErrorCode.UNKNOWN_SERVER_ERROR);
                }
            }
        }
    }

    /** Appends what was decided, and gives out answers or has them wait. */
    private void finish(CommandContext context) {
        if (phase instanceof Phase.Active<S>(Term term, S state)) {
            if (!context.records().isEmpty()) {
                append(term, context);
            } else if (last != null) {
                last.await(context.answers());
            } else {
                context.answers().forEach(Answer::give);
            }
            setTimer(state);
            suspendIfCrowded();
        }
    }

    private void append(Term term, CommandContext context) {
        ShardBatch batch =
                new ShardBatch(
                        this,
                        term,
                        batchOf(context),
                        context.answers(),
                        services.clock().nanoTime() + services.commitTimeout().toNanos());
        last = batch;
        inFlight.incrementAndGet();
        Mailbox<? super ShardBatch, ?> target = term.partition().mailbox();
        if (target.tryTake(batch.sizeInBytes())) {
            target.offer(batch);
        } else {
            batch.withdraw(ErrorCode.NOT_ENOUGH_REPLICAS, "the mailbox of " + name + " is full");
        }
    }

    private static RecordBatch batchOf(CommandContext context) {
        long time = context.now().wallMillis();
        try (RecordBatchBuilder builder =
                RecordBatchBuilder.growing(FIRST_BATCH_BYTES + context.sizeInBytes())) {
            for (CoordinatorRecord record : context.records()) {
                ByteBuffer value = record.value();
                builder.append(
                        time, record.key().duplicate(), value == null ? null : value.duplicate());
            }
            return builder.build();
        }
    }

    /** Takes no more commands while too many wait for the disk, or for other brokers. */
    private void suspendIfCrowded() {
        if (inFlight.get() < MOST_IN_FLIGHT) {
            return;
        }
        Suspension begun = mailbox.suspend(() -> {});
        crowded.set(begun);
        resumeIfRoom();
    }

    private void resumeIfRoom() {
        if (inFlight.get() < MOST_IN_FLIGHT) {
            Suspension waiting = crowded.getAndSet(null);
            if (waiting != null) {
                waiting.resume();
            }
        }
    }

    /** The partition is through with a batch. Called in the partition's drain. */
    void through(ShardBatch batch, Term term) {
        inFlight.decrementAndGet();
        if (batch.error() != ErrorCode.NONE) {
            mailbox.control(new ShardControl.Failed<>(term));
        }
        resumeIfRoom();
    }

    /** What clients are told when the records of their command could not be appended. */
    static ErrorCode answerFor(ErrorCode error) {
        return switch (error) {
            case NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR -> ErrorCode.NOT_COORDINATOR;
            case NOT_ENOUGH_REPLICAS,
                    NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                    REQUEST_TIMED_OUT,
                    UNKNOWN_TOPIC_OR_PARTITION ->
                    ErrorCode.COORDINATOR_NOT_AVAILABLE;
            default -> ErrorCode.UNKNOWN_SERVER_ERROR;
        };
    }

    // ---- deadlines

    @Override
    public void signalled(int signals) {
        if ((signals & DUE) != 0 && phase instanceof Phase.Active<S>(Term term, S state)) {
            timer = null;
            act("deadlines", (due, context) -> due.deadlines().run(context));
        }
    }

    private void act(String what, CoordinatorAction<S> action) {
        if (phase instanceof Phase.Active<S>(Term term, S state) && term.goesOn()) {
            CommandContext context = new CommandContext(now());
            try {
                action.on(state, context);
            } catch (RuntimeException | Error failed) {
                services.failures().note(what + " of " + name, failed);
            }
            finish(context);
        }
    }

    /** Has a timer fire no later than the first deadline. */
    private void setTimer(S state) {
        if (state.deadlines().isEmpty()) {
            return;
        }
        long next = state.deadlines().nextNanos();
        Scheduled set = timer;
        if (set != null) {
            if (timerNanos - next <= 0) {
                return;
            }
            set.cancel();
        }
        timerNanos = next;
        long delay = Math.max(0, next - services.clock().nanoTime());
        timer = services.timers().schedule(Duration.ofNanos(delay), () -> mailbox.signal(DUE));
    }

    // ---- leadership

    @Override
    public void execute(ShardControl<S> command) {
        switch (command) {
            case ShardControl.Follow<S>(Partition partition) -> follow(partition);
            case ShardControl.Loaded<S> loaded -> loaded(loaded);
            case ShardControl.LoadAgain<S>(Term term) -> {
                if (phase instanceof Phase.Loading<S>(Term current) && current.equals(term)) {
                    load(term);
                }
            }
            case ShardControl.Failed<S>(Term term) -> {
                if (phase instanceof Phase.Active<S>(Term current, S state)
                        && current.equals(term)) {
                    LOG.warn("{}: what was decided could not be stored; it is loaded again", name);
                    unload();
                    phase =
                            new Phase.Loading<>(
                                    new Term(current.partition(), current.leaderEpoch()));
                    loadLater();
                }
            }
            case ShardControl.Act<S>(String what, CoordinatorAction<S> action) -> act(what, action);
        }
    }

    private @Nullable Term term() {
        return switch (phase) {
            case Phase.Absent<S> absent -> null;
            case Phase.Loading<S>(Term term) -> term;
            case Phase.Active<S>(Term term, S state) -> term;
        };
    }

    private void follow(Partition partition) {
        LeaderView view = partition.leaderView();
        Term current = term();
        if (view == null) {
            if (current != null && current.partition().equals(partition)) {
                unload();
            }
            return;
        }
        if (current == null || !current.isOf(partition, view.leaderEpoch())) {
            unload();
            Term term = new Term(partition, view.leaderEpoch());
            phase = new Phase.Loading<>(term);
            if (partition.log().end().offset() == view.startOffset()) {
                loaded(new ShardControl.Loaded<>(term, newState.get(), null)); // of nothing
            } else {
                load(term);
            }
        }
    }

    private void unload() {
        Term current = term();
        if (current != null) {
            current.end();
        }
        if (phase instanceof Phase.Active<S>(Term term, S state)) {
            state.unload();
        }
        Scheduled set = timer;
        if (set != null) {
            set.cancel();
            timer = null;
        }
        last = null;
        phase = new Phase.Absent<>();
    }

    private void load(Term term) {
        S state = newState.get();
        services.lane()
                .run(
                        "load " + name,
                        () ->
                                ShardLoad.into(
                                        state, name, term.partition().log(), services.codecs()))
                .whenComplete((records, failure) ->
                        mailbox.control(
                                new ShardControl.Loaded<>(
                                        term, failure == null ? state : null, failure)));
    }

    /** Not at once: whatever was in the way may take a while to go, and a load reads all. */
    private void loadLater() {
        Term term = term();
        if (term != null) {
            services.timers()
                    .schedule(
                            LOAD_RETRY, () -> mailbox.control(new ShardControl.LoadAgain<>(term)));
        }
    }

    private void loaded(ShardControl.Loaded<S> loaded) {
        Term term = loaded.term();
        if (!(phase instanceof Phase.Loading<S>(Term current)) || !current.equals(term)) {
            return;
        }
        S state = loaded.state();
        LeaderView view = term.partition().leaderView();
        if (state == null
                || view == null
                || view.highWatermark().offset() < term.partition().log().end().offset()) {
            Throwable failure = loaded.failure();
            if (failure != null) {
                services.failures().note("loading " + name, failure);
            }
            loadLater();
            return;
        }
        phase = new Phase.Active<>(term, state);
        act("the end of loading", ReplicatedState::loaded);
    }

    @Override
    public void fence(Throwable cause) {
        LOG.error("{} failed in a way nobody expected, and is loaded again", name, cause);
        Term current = term();
        unload();
        if (current != null) {
            mailbox.control(new ShardControl.Follow<>(current.partition()));
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
