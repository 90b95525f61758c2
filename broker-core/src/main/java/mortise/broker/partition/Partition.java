package mortise.broker.partition;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import mortise.api.ErrorCode;
import mortise.api.TopicPartition;
import mortise.broker.compaction.LastBatches;
import mortise.broker.flush.FlushListener;
import mortise.broker.mailbox.DataLane;
import mortise.broker.mailbox.DrainSite;
import mortise.broker.mailbox.Mailbox;
import mortise.broker.mailbox.MailboxOwner;
import mortise.metadata.PartitionImage;
import mortise.metadata.TopicSettings;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.OffsetOutOfRangeException;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition on this broker: its log, and what decides about it put together. The {@link
 * Leadership} says whether it is led here; the {@link Appender} writes; the {@link HighWatermark}
 * over the {@link InSyncReplicas} says what counts as written, and the {@link AcknowledgementGate}
 * answers by it; {@link KeptState} is what is known beyond the bytes, and the {@link SyncSchedule}
 * asks for syncs.
 *
 * <p><b>Confinement.</b> The plain fields and those parts belong to the mailbox: only its drain, or
 * a step for which it is suspended, reads or writes them. Everybody else sees the volatile ones
 * (settings, image, out of service), its leadership and the watchers, and speaks through the
 * mailbox. {@code docs/synchronization.md} has the table.
 *
 * <p><b>Nothing here waits for a disk.</b> Terms begin and many producers are kept or forgotten in
 * steps that run elsewhere while the mailbox is suspended; the start moves beside the mailbox, and
 * only other control commands wait for it; flusher threads move the durable end and announce it as
 * a signal.
 */
public final class Partition
        implements MailboxOwner<AppendBatch, ControlCommand>, FlushListener, Appender.Host {
    /** In place of an offset: the high watermark, whatever it is then. */
    public static final long HIGH_WATERMARK = -1;

    private static final Logger LOG = LoggerFactory.getLogger(Partition.class);

    /** Signals, one bit each. */
    private static final int FLUSHED = 1;

    private static final int DEADLINE = 1 << 1;
    private static final int STORAGE_FAILED = 1 << 2;
    private static final int EXPIRE_PRODUCERS = 1 << 3;
    private static final int FLUSH_DUE = 1 << 4;
    private static final int FLUSH_REFUSED = 1 << 5;

    private final LogId id;
    private final PartitionLog log;
    private final PartitionContext context;
    private final Mailbox<AppendBatch, ControlCommand> mailbox;
    private volatile DrainSite site;
    private final BatchIntake intake;
    private final VerifiedTimestamps timestamps = new VerifiedTimestamps();
    private final ProgressWatchers watchers;
    private final ProgressWatchers endWatchers;

    // published
    private volatile TopicSettings settings;
    private volatile PartitionImage image;
    private volatile @Nullable String outOfService;
    private volatile boolean stopped;
    private volatile @Nullable LogMove move;

    /** The latest failure that the store reported outside of the drain. */
    private volatile @Nullable RuntimeException failure;

    // confined to the mailbox
    private final InSyncReplicas replicas;
    private final HighWatermark highWatermark;
    private final AcknowledgementGate gate;
    private final SyncSchedule sync;
    private final KeptState kept;
    private final StartMove startMove = new StartMove();
    private final Leadership leadership;
    private final Appender appender;

    Partition(
            LogId id,
            PartitionLog log,
            PartitionState state,
            PartitionImage image,
            TopicSettings settings,
            DrainSite site,
            PartitionContext context) {
        this.id = id;
        this.log = log;
        this.context = context;
        this.site = site;
        this.intake = new BatchIntake(context.checks(), this::settings);
        this.settings = settings;
        this.image = image;
        this.mailbox = context.mailboxes().of(this, site);
        this.watchers = new ProgressWatchers(context.reports().unexpected());
        this.endWatchers = new ProgressWatchers(context.reports().unexpected());
        this.replicas = new InSyncReplicas(log, image, settings);
        this.highWatermark = new HighWatermark(replicas);
        this.gate = new AcknowledgementGate(context, () -> mailbox.signal(DEADLINE));
        this.sync =
                new SyncSchedule(
                        id,
                        log,
                        context,
                        context.services().flushes().register(log, this),
                        () -> mailbox.signal(FLUSH_DUE));
        this.kept = new KeptState(log, state);
        kept.producers().countIn(context.producers().all());
        this.leadership = new Leadership(id, log, replicas, highWatermark, gate, kept, watchers);
        this.appender = new Appender(id, log, context, kept, replicas, gate, this);
    }

    /** Which partition of which topic. */
    public LogId id() {
        return id;
    }

    /** Its name. */
    public TopicPartition name() {
        return id.partition();
    }

    /** What readers need, while it is led here; else null. */
    public @Nullable LeaderView leaderView() {
        return leadership.view();
    }

    /** Its topic's settings. */
    public TopicSettings settings() {
        return settings;
    }

    /** What the cluster last said of it. */
    public PartitionImage image() {
        return image;
    }

    /** The entrance. */
    public Mailbox<AppendBatch, ?> mailbox() {
        return mailbox;
    }

    /** Why it serves nothing, or null. */
    public @Nullable String outOfService() {
        return outOfService;
    }

    /** Whether it has been stopped for good: whoever still holds it should look it up again. */
    public boolean stopped() {
        return stopped;
    }

    /** Its log, for those who measure and place it; changed by nobody but its drain. */
    public PartitionLog log() {
        return log;
    }

    /** The error for someone who finds no leader view. */
    public ErrorCode absence() {
        if (stopped) {
            return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        }
        return outOfService != null
                ? ErrorCode.KAFKA_STORAGE_ERROR
                : ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }

    /**
     * Whether its log is copied to another directory. Compaction rests meanwhile: a copy of which a
     * part is from before and a part from after it may lack a tombstone and have what that deleted.
     */
    public boolean isMoving() {
        return move != null;
    }

    /** The copy of its log in another directory, if it moves there and that has begun. */
    public Optional<MovingLog> moving() {
        LogMove current = move;
        return current == null || current.lag() < 0
                ? Optional.empty()
                : Optional.of(
                        new MovingLog(current.target(), current.copiedBytes(), current.lag()));
    }

    /** Its move to another directory, or null. */
    @Nullable LogMove move() {
        return move;
    }

    /** Notes which move is under way; called by {@link LogMover}. */
    void move(@Nullable LogMove current) {
        move = current;
    }

    /** What produced batches must satisfy before they are offered. */
    public BatchIntake intake() {
        return intake;
    }

    /** What is known of its records' timestamps beyond what headers say. */
    public VerifiedTimestamps timestamps() {
        return timestamps;
    }

    /** Those who hear when the high watermark, the start, or who leads has changed. */
    public ProgressWatchers progress() {
        return watchers;
    }

    /** Those who hear when the log has grown, whether consumers may read that or not yet. */
    public ProgressWatchers growth() {
        return endWatchers;
    }

    // ---- what others ask of the partition, through the mailbox

    private <T> CompletableFuture<T> send(Function<CompletableFuture<T>, ControlCommand> command) {
        CompletableFuture<T> done = new CompletableFuture<>();
        mailbox.control(command.apply(done));
        return done;
    }

    CompletableFuture<Void> lead(PartitionImage changed) {
        return send(done -> new ControlCommand.Lead(changed, done));
    }

    CompletableFuture<Void> configure(TopicSettings changed) {
        return send(done -> new ControlCommand.Configure(changed, done));
    }

    /**
     * Drops what lies below an offset, or below the high watermark.
     *
     * @return the start afterwards; fails with {@link OffsetOutOfRangeException} for an offset
     *     above the high watermark
     */
    public CompletionStage<Long> advanceStart(long offset) {
        return send(done -> new ControlCommand.AdvanceStart(offset, done));
    }

    /** Whichever batches its producers sent last. */
    CompletableFuture<LastBatches> lastBatches() {
        return send(ControlCommand.TellLastBatches::new);
    }

    CompletableFuture<Boolean> replaceLog(LogMove move) {
        return send(done -> new ControlCommand.ReplaceLog(move, done));
    }

    CompletableFuture<Void> stop(boolean keep) {
        return send(done -> new ControlCommand.Stop(keep, done));
    }

    /** Lets no sync of its log begin any more; may block. */
    void endSyncs() {
        sync.end();
    }

    void expireProducers() {
        mailbox.signal(EXPIRE_PRODUCERS);
    }

    /** Takes the partition out of service because the store cannot serve its log any more. */
    @Override
    public void storageFailed(StorageException cause) {
        switch (cause.reach()) {
            case CALL -> {}
            case LOG -> failed(cause);
            case DIRECTORY -> {
                failed(cause);
                context.reports().directories().directoryFailed(log.directory(), cause);
            }
        }
    }

    /**
     * Notes that a read of the log failed. That is the end of the read and of nothing else,
     * whatever became of one log's bytes: only what fails to be written or synced takes a partition
     * out of service, or a store that gives up the whole directory.
     */
    public void readFailed(StorageException cause) {
        if (cause.reach() == StorageException.Reach.DIRECTORY) {
            storageFailed(cause);
        } else if (!stopped) {
            context.reports().refusedReads().note(id, cause);
        }
    }

    void failed(RuntimeException cause) {
        failure = cause;
        mailbox.signal(STORAGE_FAILED);
    }

    @Override
    public void flushed() {
        mailbox.signal(FLUSHED);
    }

    @Override
    public void flushFailed(RuntimeException cause) {
        if (stopped) {
            return;
        }
        if (!(cause instanceof StorageException storage)) {
            failed(cause);
        } else if (storage.reach() == StorageException.Reach.CALL) {
            LOG.debug("{}: {}; the next sync tries again", id, storage.getMessage());
            sync.refused(storage.getMessage());
            mailbox.signal(FLUSHED | FLUSH_REFUSED);
        } else {
            // Nobody knows what is on the disk: a later sync that succeeds proves nothing about
            // the pages that this one lost.
            storageFailed(storage);
        }
    }

    // ---- the drain

    @Override
    public void signalled(int signals) {
        if ((signals & STORAGE_FAILED) != 0) {
            leaveService(String.valueOf(failure), failure);
        }
        if ((signals & FLUSHED) != 0) {
            leadership.advance();
        }
        if ((signals & FLUSH_REFUSED) != 0) {
            sync.tryAgain();
        }
        if ((signals & FLUSH_DUE) != 0) {
            sync.due();
        }
        if ((signals & DEADLINE) != 0) {
            gate.expire();
        }
        if ((signals & EXPIRE_PRODUCERS) != 0) {
            forgetSilentProducers();
        }
    }

    private void forgetSilentProducers() {
        long oldest =
                context.producers().each().oldestMillis(context.services().clock().wallMillis());
        if (kept.hasFewProducers()) {
            kept.producers().expire(oldest);
        } else {
            suspendFor(
                    "forget the silent producers of " + id,
                    () -> kept.producers().expire(oldest),
                    failed -> {
                        if (failed != null) {
                            fence(failed);
                        }
                    });
        }
    }

    @Override
    public void serve(AppendBatch first, DataLane<AppendBatch> behind) {
        AppendRun run = context.runs().borrow();
        run.gather(first, behind, runBytes());
        String why = outOfService;
        if (why != null) {
            refuse(
                    run,
                    stopped ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.KAFKA_STORAGE_ERROR,
                    why);
            return;
        }
        switch (leadership.role()) {
            case PartitionRole.Leading leading ->
                    appender.append(run, leading.view().leaderEpoch(), settings);
            case PartitionRole.NotLeading elsewhere ->
                    refuse(
                            run,
                            ErrorCode.NOT_LEADER_OR_FOLLOWER,
                            id.partition()
                                    + " is led by broker "
                                    + elsewhere.leader()
                                    + ", not here");
        }
    }

    private int runBytes() {
        return Math.min(context.runs().mostBytes(), settings.log().segmentBytes());
    }

    private void refuse(AppendRun run, ErrorCode error, String why) {
        gate.refuseRest(run, error, why);
        run.clear();
    }

    @Override
    public void wrote(AppendRun run, boolean rolled, long nanos) {
        site.wrote(nanos);
        endWatchers.tell();
        leadership.advance();
        long acknowledged = highWatermark.offset();
        long start = leadership.startOffset();
        for (int i = 0; i < run.count(); i++) {
            gate.pass(run.accepted(i), acknowledged, start);
        }
        sync.wrote(run.records(), rolled, settings);
    }

    @Override
    public void inLog(AppendBatch batch) {
        gate.pass(batch, highWatermark.offset(), leadership.startOffset());
    }

    @Override
    public void suspendFor(String what, Runnable step, Appender.Continuation then) {
        mailbox.suspendFor(
                context.services().lanes().logs(),
                what,
                () -> {
                    step.run();
                    return null;
                },
                (nothing, failed) -> then.after(failed));
    }

    // ---- control commands

    @Override
    public void execute(ControlCommand command) {
        if (startMove.defers(command)) {
            return;
        }
        List<ControlCommand> deferred =
                command instanceof ControlCommand.StartMoved ? startMove.end() : List.of();
        attempt(
                command,
                () -> {
                    switch (command) {
                        case ControlCommand.Lead lead -> follow(lead);
                        case ControlCommand.Configure configure -> use(configure);
                        case ControlCommand.AdvanceStart advance -> advance(advance);
                        case ControlCommand.TellLastBatches tell ->
                                tell.done().complete(kept.producers().lastBatches());
                        case ControlCommand.ReplaceLog replace -> replaceLog(replace);
                        case ControlCommand.StartMoved moved -> startMoved(moved);
                        case ControlCommand.Stop stop -> stopServing(stop);
                    }
                });
        deferred.forEach(mailbox::control);
    }

    /** Whatever an action throws is the end of the command that it belongs to. */
    private void attempt(ControlCommand command, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error failed) {
            fail(command, failed);
        }
    }

    private void fail(ControlCommand command, Throwable failed) {
        if (failed instanceof StorageException refused) {
            storageFailed(refused);
        } else {
            LOG.error("{} could not execute {}", id, command, failed);
        }
        command.done().completeExceptionally(failed);
    }

    /** A command's own step, and what follows if it ends well. */
    private void step(ControlCommand command, String what, Runnable step, Runnable then) {
        suspendFor(
                what + " " + id,
                step,
                failed -> {
                    if (failed == null) {
                        attempt(command, then);
                    } else {
                        fail(command, failed);
                    }
                });
    }

    private void follow(ControlCommand.Lead command) {
        image = command.image();
        replicas.follow(image);
        if (outOfService == null && image.leader() == context.services().nodeId()) {
            kept.begin(image.leaderEpoch(), replicas.end().offset());
            leadership.lead(image);
            requestSyncIfBehind();
        } else if (outOfService == null) {
            leadership.resign(image.leader());
        }
        context.reports().leadershipChanged(this);
        command.done().complete(null);
    }

    private void requestSyncIfBehind() {
        long end = replicas.end().offset();
        if (highWatermark.offset() < end
                || (settings.asksForSyncs() && log.durableEnd().offset() < end)) {
            sync.request();
        }
    }

    private void use(ControlCommand.Configure command) {
        settings = command.settings();
        replicas.use(settings);
        log.configure(settings.log());
        leadership.advance();
        if (settings.durable()) {
            requestSyncIfBehind();
        }
        command.done().complete(null);
    }

    private void advance(ControlCommand.AdvanceStart command) {
        long limit = highWatermark.offset();
        long offset = command.offset() == HIGH_WATERMARK ? limit : command.offset();
        if (offset < 0 || offset > limit) {
            throw new OffsetOutOfRangeException(
                    id, offset, new LogBounds(Math.min(leadership.startOffset(), limit), limit));
        }
        if (outOfService != null) {
            throw new StorageException(
                    StorageException.Reach.CALL, id + " is out of service: " + outOfService);
        }
        if (offset <= leadership.startOffset()) {
            command.done().complete(leadership.startOffset());
            return;
        }
        long end = replicas.end().offset();
        boolean lacksProducers = kept.lacksProducers(offset);
        if (offset == end || (lacksProducers && !kept.hasFewProducers())) {
            step(
                    command,
                    "move the start of",
                    () -> {
                        keepProducersIf(lacksProducers, end);
                        kept.moveStart(offset);
                    },
                    () -> startMoved(new ControlCommand.StartMoved(command, offset, null)));
            return;
        }
        keepProducersIf(lacksProducers, end);
        startMove.begin(
                context.services().lanes().logs(),
                "move the start of " + id,
                () -> kept.moveStart(offset),
                failure ->
                        mailbox.control(new ControlCommand.StartMoved(command, offset, failure)));
    }

    private void keepProducersIf(boolean lacking, long end) {
        if (lacking) {
            kept.keepProducers(end);
            sync.request();
        }
    }

    private void startMoved(ControlCommand.StartMoved moved) {
        if (moved.failure() != null) {
            fail(moved, moved.failure());
            return;
        }
        kept.startMoved(moved.offset());
        leadership.showStart(moved.offset());
        moved.done().complete(leadership.startOffset());
    }

    /** The writer stands still while the rest is copied, which is little. */
    private void replaceLog(ControlCommand.ReplaceLog command) {
        LogMove move = command.move();
        if (outOfService != null) {
            command.done().complete(false);
            return;
        }
        long offset = highWatermark.offset();
        step(
                command,
                "put the moved log in the place of",
                () -> {
                    if (move.finish(kept, offset)) {
                        sync.moveTo(context.services().flushes().register(log, this));
                    }
                },
                () -> {
                    if (move.isInPlace()) {
                        logMoved(move);
                    }
                    command.done().complete(move.isInPlace());
                });
    }

    private void logMoved(LogMove move) {
        site = move.site();
        mailbox.moveTo(move.site());
        kept.moved(log.end().offset());
        replicas.appended(log.end());
        LogPosition position = move.highWatermark();
        if (position != null) {
            highWatermark.relocate(position);
        }
        leadership.relocate();
        leadership.advance();
    }

    private void stopServing(ControlCommand.Stop command) {
        if (stopped) {
            command.done().complete(null);
            return;
        }
        boolean healthy = outOfService == null;
        stopped = true;
        endService(id + " is closed", ErrorCode.NOT_LEADER_OR_FOLLOWER);
        kept.producers().stopCounting();
        if (command.keep() && healthy) {
            long end = replicas.end().offset();
            step(
                    command,
                    "keep the producers of",
                    () -> kept.keepProducers(end),
                    () -> command.done().complete(null));
        } else {
            command.done().complete(null);
        }
    }

    private void leaveService(String why, @Nullable Throwable cause) {
        if (outOfService != null) {
            return;
        }
        LOG.error(
                "{} is out of service until the broker starts again: {}. Check the disk below {}",
                id,
                why,
                log.directory().location(),
                cause);
        endService(why, ErrorCode.KAFKA_STORAGE_ERROR);
    }

    private void endService(String why, ErrorCode error) {
        outOfService = why;
        leadership.end(image.leader(), error, why);
        context.reports().leadershipChanged(this);
    }

    @Override
    public void fence(Throwable cause) {
        leaveService("an invariant of " + id + " failed: " + cause, cause);
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
