package mortise.broker.partition;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.zip.CRC32C;
import mortise.api.ErrorCode;
import mortise.api.Timers;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.broker.flush.FlushListener;
import mortise.broker.flush.FlushTicket;
import mortise.broker.telemetry.SlowAppendEvent;
import mortise.metadata.PartitionImage;
import mortise.metadata.TopicSettings;
import mortise.record.BatchCheck;
import mortise.record.BatchProblem;
import mortise.record.Codecs;
import mortise.record.RecordBatch;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.OffsetOutOfRangeException;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition on this broker: its log and everything that decides about it.
 *
 * <p><b>Confinement.</b> The plain fields belong to the mailbox: only its drain reads or writes
 * them. Everybody else sees the volatile ones (view, settings, image, out of service, watchers) and
 * speaks through the mailbox. {@code docs/synchronization.md} has the table.
 *
 * <p><b>Watermark.</b> With one replica the high watermark is the log end (durability class A), or
 * the durable end (class B), which flusher threads move and announce as a signal; the drain itself
 * never waits for a sync.
 */
public final class Partition implements MailboxOwner, FlushListener {
    /** In place of an offset: the high watermark, whatever it is then. */
    public static final long HIGH_WATERMARK = -1;

    private static final Logger LOG = LoggerFactory.getLogger(Partition.class);
    private static final long QUIET_NANOS = 60_000_000_000L;
    private static final ProgressWatcher[] NOBODY = {};
    private static final VarHandle WATCHERS;

    /** How late a parked produce may learn that it timed out. */
    private static final long DEADLINE_SLACK_NANOS = 50_000_000;

    /** Signals, one bit each. */
    private static final int FLUSHED = 1;

    private static final int DEADLINE = 1 << 1;
    private static final int STORAGE_FAILED = 1 << 2;
    private static final int EXPIRE_PRODUCERS = 1 << 3;
    private static final int FLUSH_DUE = 1 << 4;
    private static final int FLUSH_REFUSED = 1 << 5;

    /** After how long a sync that was refused for now is tried again. */
    private static final Duration FLUSH_AGAIN = Duration.ofSeconds(1);

    static {
        try {
            WATCHERS =
                    MethodHandles.lookup()
                            .findVarHandle(Partition.class, "watchers", ProgressWatcher[].class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    private final LogId id;
    private final PartitionLog log;
    private final Surroundings around;
    private final PartitionMailbox mailbox;
    private final DrainSite site;
    private final FlushTicket flush;
    private final VerifiedTimestamps timestamps = new VerifiedTimestamps();

    // published
    private volatile @Nullable LeaderView view;
    private volatile TopicSettings settings;
    private volatile PartitionImage image;
    private volatile @Nullable String outOfService;
    private volatile boolean stopped;
    private volatile ProgressWatcher[] watchers = NOBODY;

    /** Why the latest sync that was refused for now was. */
    private volatile @Nullable String unsynced;

    /** The latest failure that the store reported outside of the drain. */
    private volatile @Nullable RuntimeException failure;

    // confined to the mailbox
    private final ProducerStates producers;
    private final ParkedProduces parked;
    private final CRC32C checksum = new CRC32C();
    private LeaderEpochs epochs;
    private LogPosition end;
    private LogPosition highWatermark;
    private long recordsSinceFlush;

    /** The offset of the newest snapshot that knows all of its producers, or -1. */
    private long newestSnapshot;

    private boolean flushTimed;
    private boolean refusalEver;
    private boolean refusalNoted;
    private long refusalNanos;
    private boolean flushAgain;
    private boolean unsyncedEver;
    private long unsyncedNanos;
    private Timers.@Nullable Scheduled deadlineTimer;
    private long deadlineTimerNanos;

    Partition(
            LogId id,
            PartitionLog log,
            PartitionState state,
            PartitionImage image,
            TopicSettings settings,
            DrainSite site,
            Surroundings around) {
        this.id = id;
        this.log = log;
        this.around = around;
        this.site = site;
        this.mailbox =
                new PartitionMailbox(
                        this, site, around.drains(), around.credits(), around.settings());
        this.flush = around.flushes().register(log, this);
        this.parked = new ParkedProduces(around.unexpected());
        this.settings = settings;
        this.image = image;
        this.producers = state.producers();
        producers.countIn(around.producers());
        this.epochs = state.epochs();
        this.newestSnapshot = state.newestSnapshot();
        this.end = log.end();
        this.highWatermark = settings.durable() ? log.durableEnd() : end;
    }

    /** Which partition of which topic. */
    public LogId id() {
        return id;
    }

    /** Its name. */
    public TopicPartition name() {
        return id.partition();
    }

    /** Its topic's ID. */
    public TopicId topicId() {
        return id.topicId();
    }

    /** What readers need, while it is led here; else null. */
    public @Nullable LeaderView leaderView() {
        return view;
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
    public PartitionMailbox mailbox() {
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
     * Checks the bytes that a producer sent for this partition, before they are offered: exactly
     * one batch that its header and checksum allow.
     *
     * @return null if all is well
     */
    public @Nullable Refusal check(ByteBuffer records, short produceVersion, CRC32C sum) {
        TopicSettings current = settings;
        BatchProblem problem =
                BatchCheck.produced(records, produceVersion, current.maxMessageBytes(), sum);
        if (problem != null) {
            return new Refusal(problem.code(), problem.message());
        }
        RecordBatch batch = RecordBatch.of(records);
        if (batch.isTransactional()) {
            return new Refusal(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "transactions are not served by this broker; produce without transactional.id");
        }
        if (batch.sizeInBytes() > current.log().segmentBytes()) {
            return new Refusal(
                    ErrorCode.RECORD_LIST_TOO_LARGE,
                    "the batch has "
                            + batch.sizeInBytes()
                            + " bytes, segment.bytes of the topic allows "
                            + current.log().segmentBytes());
        }
        if (current.logAppendTime()) {
            return null;
        }
        long now = around.clock().wallMillis();
        return refusal(
                BatchCheck.baseTimestamp(batch, earliest(current, now), latest(current, now)));
    }

    /**
     * Whether a batch that {@link #check} let pass must be opened before it is offered, because its
     * header claims what may not be true.
     */
    public boolean doubts(RecordBatch batch) {
        TopicSettings current = settings;
        if (BatchCheck.isCountDoubtful(batch, around.settings().recordsPerCompressedByte())) {
            return true;
        }
        if (current.logAppendTime() || batch.maxTimestamp() == batch.baseTimestamp()) {
            return false;
        }
        long now = around.clock().wallMillis();
        return BatchCheck.isMaxTimestampDoubtful(
                batch, earliest(current, now), latest(current, now));
    }

    /**
     * Opens a batch that is in doubt and puts its header right. Takes as long as decompressing
     * does, so it is not for an event loop.
     *
     * @return null if all is well
     */
    public @Nullable Refusal open(RecordBatch batch, Codecs codecs) {
        TopicSettings current = settings;
        long now = around.clock().wallMillis();
        return refusal(
                BatchCheck.opened(
                        batch,
                        earliest(current, now),
                        latest(current, now),
                        codecs,
                        around.settings().maxDecompressedBytes(),
                        new CRC32C()));
    }

    private static @Nullable Refusal refusal(@Nullable BatchProblem problem) {
        return problem == null ? null : new Refusal(problem.code(), problem.message());
    }

    private static long earliest(TopicSettings current, long now) {
        return current.logAppendTime() ? Long.MIN_VALUE : now - current.timestampBeforeMaxMillis();
    }

    private static long latest(TopicSettings current, long now) {
        long after = current.timestampAfterMaxMillis();
        return current.logAppendTime() || after > Long.MAX_VALUE - now
                ? Long.MAX_VALUE
                : now + after;
    }

    /** What is known of its records' timestamps beyond what headers say. */
    public VerifiedTimestamps timestamps() {
        return timestamps;
    }

    /**
     * Why a batch is refused.
     *
     * @param error what the producer is told
     * @param message the same for people
     */
    public record Refusal(ErrorCode error, String message) {}

    /** Lets a reader hear of progress. */
    public void watch(ProgressWatcher watcher) {
        while (true) {
            ProgressWatcher[] seen = watchers;
            ProgressWatcher[] more = Arrays.copyOf(seen, seen.length + 1);
            more[seen.length] = watcher;
            if (WATCHERS.compareAndSet(this, seen, more)) {
                return;
            }
        }
    }

    /** Ends a {@link #watch}. */
    @SuppressWarnings("ReferenceEquality") // this watcher, not an equal one
    public void unwatch(ProgressWatcher watcher) {
        while (true) {
            ProgressWatcher[] seen = watchers;
            int at = 0;
            while (at < seen.length && seen[at] != watcher) {
                at++;
            }
            if (at == seen.length) {
                return;
            }
            ProgressWatcher[] fewer =
                    seen.length == 1 ? NOBODY : Arrays.copyOf(seen, seen.length - 1);
            if (at < fewer.length) {
                System.arraycopy(seen, at + 1, fewer, at, fewer.length - at);
            }
            if (WATCHERS.compareAndSet(this, seen, fewer)) {
                return;
            }
        }
    }

    private void tellWatchers() {
        for (ProgressWatcher watcher : watchers) {
            try {
                watcher.progressed();
            } catch (RuntimeException | Error failure) {
                // the fault of a reader harms that reader only
                around.unexpected().note("telling a reader of progress", failure);
            }
        }
    }

    // ---- what others ask of the partition, through the mailbox

    CompletableFuture<Void> lead(PartitionImage changed) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        mailbox.offer(new ControlCommand.Lead(changed, done));
        return done;
    }

    CompletableFuture<Void> configure(TopicSettings changed) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        mailbox.offer(new ControlCommand.Configure(changed, done));
        return done;
    }

    /**
     * Drops what lies below an offset, or below the high watermark.
     *
     * @return the start afterwards; fails with {@link OffsetOutOfRangeException} for an offset
     *     above the high watermark
     */
    public CompletionStage<Long> advanceStart(long offset) {
        CompletableFuture<Long> done = new CompletableFuture<>();
        mailbox.offer(new ControlCommand.AdvanceStart(offset, done));
        return done;
    }

    CompletableFuture<Void> stop(boolean keep) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        mailbox.offer(new ControlCommand.Stop(keep, done));
        return done;
    }

    void expireProducers() {
        mailbox.signal(EXPIRE_PRODUCERS);
    }

    /** Takes the partition out of service because the store cannot serve its log any more. */
    public void storageFailed(StorageException cause) {
        switch (cause.reach()) {
            case CALL -> {}
            case LOG -> failed(cause);
            case DIRECTORY -> {
                failed(cause);
                around.failures().directoryFailed(log.directory(), cause);
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
            around.refusedReads().note(id, cause);
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
            unsynced = storage.getMessage();
            mailbox.signal(FLUSHED | FLUSH_REFUSED);
        } else {
            // Nobody knows what is on the disk: a later sync that succeeds proves nothing about
            // the pages that this one lost.
            storageFailed(storage);
        }
    }

    // ---- the drain

    @Override
    public int runBytes() {
        return Math.min(around.settings().appendSetBytes(), settings.log().segmentBytes());
    }

    @Override
    public void signalled(int signals) {
        if ((signals & STORAGE_FAILED) != 0) {
            leaveService(String.valueOf(failure), failure);
        }
        if ((signals & FLUSHED) != 0) {
            advanceHighWatermark();
        }
        if ((signals & FLUSH_REFUSED) != 0) {
            noteUnsynced();
            syncAgain();
        }
        if ((signals & FLUSH_DUE) != 0) {
            flushTimed = false;
            flushAgain = false;
            flush.request();
        }
        if ((signals & EXPIRE_PRODUCERS) != 0) {
            producers.expire(
                    around.clock().wallMillis()
                            - around.settings().producerExpiration().toMillis());
        }
        if ((signals & DEADLINE) != 0) {
            parked.expire(around.clock().nanoTime());
            retimeDeadline();
        }
    }

    @Override
    public void execute(ControlCommand command) {
        try {
            switch (command) {
                case ControlCommand.Lead lead -> {
                    follow(lead.image());
                    lead.done().complete(null);
                }
                case ControlCommand.Configure configure -> {
                    use(configure.settings());
                    configure.done().complete(null);
                }
                case ControlCommand.AdvanceStart advance ->
                        advance.done().complete(advance(advance.offset()));
                case ControlCommand.Stop stop -> {
                    stopServing(stop.keep());
                    stop.done().complete(null);
                }
            }
        } catch (StorageException refused) {
            storageFailed(refused);
            command.done().completeExceptionally(refused);
        } catch (RuntimeException | Error unexpected) {
            LOG.error("{} could not execute {}", id, command, unexpected);
            command.done().completeExceptionally(unexpected);
        }
    }

    @Override
    public void append(AppendRun run) {
        LeaderView leading = view;
        String why = outOfService;
        if (why != null) {
            refuseRest(
                    run,
                    stopped ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.KAFKA_STORAGE_ERROR,
                    why);
        } else if (leading == null) {
            refuseRest(
                    run,
                    ErrorCode.NOT_LEADER_OR_FOLLOWER,
                    id.partition() + " is led by broker " + image.leader() + ", not here");
        } else {
            try {
                appendLeading(run, leading);
            } catch (RuntimeException | Error unexpected) {
                fence(unexpected);
                refuseRest(run, ErrorCode.KAFKA_STORAGE_ERROR, String.valueOf(unexpected));
            }
        }
    }

    private void refuseRest(AppendRun run, ErrorCode error, String why) {
        for (int i = 0; i < run.takenCount(); i++) {
            if (!run.taken(i).settled()) {
                refuse(run.taken(i), error, why);
            }
        }
    }

    private void refuse(AppendBatch batch, ErrorCode error, String why) {
        around.metrics().refusedBatches().increment();
        try {
            batch.refuse(error, why);
        } catch (RuntimeException | Error failure) {
            around.unexpected().note(ParkedProduces.ANSWERING, failure);
        }
    }

    private void appendLeading(AppendRun run, LeaderView leading) {
        TopicSettings current = settings;
        // as Apache Kafka has it: no more can be in sync than there are
        int wantedReplicas = Math.min(current.minInsyncReplicas(), image.replicas().size());
        boolean enoughReplicas = image.isr().size() >= wantedReplicas;
        long now = around.clock().wallMillis();
        int epoch = leading.leaderEpoch();
        run.open(epoch);
        producers.beginTurn();
        long next = end.offset();
        for (int i = 0; i < run.takenCount(); i++) {
            AppendBatch command = run.taken(i);
            RecordBatch batch = command.batch();
            if (!enoughReplicas && command.acks() == -1) {
                refuse(
                        command,
                        ErrorCode.NOT_ENOUGH_REPLICAS,
                        image.isr().size()
                                + " replicas are in sync, min.insync.replicas asks for "
                                + wantedReplicas);
                continue;
            }
            if (batch.hasProducerId()) {
                ProducerStates.Verdict verdict = producers.check(batch);
                if (verdict instanceof ProducerStates.Unsettled) {
                    write(run, current, now);
                    run.open(epoch);
                    producers.beginTurn();
                    next = end.offset();
                    verdict = producers.check(batch);
                }
                if (!accepted(verdict, command, current)) {
                    continue;
                }
            }
            batch.stampOffset(next, epoch);
            if (current.logAppendTime()) {
                batch.stampLogAppendTime(now, checksum);
            }
            run.accept(command);
            next = batch.lastOffset() + 1;
            command.placed(
                    batch.baseOffset(),
                    next - 1,
                    current.logAppendTime() ? now : RecordBatch.NO_TIMESTAMP);
        }
        write(run, current, now);
    }

    /** Whether a batch is to be written; if not, it has been answered, or will be. */
    private boolean accepted(
            ProducerStates.Verdict verdict, AppendBatch command, TopicSettings current) {
        return switch (verdict) {
            case ProducerStates.Accept yes -> true;
            case ProducerStates.Duplicate known -> {
                around.metrics().duplicateBatches().increment();
                command.placed(
                        known.firstOffset(),
                        known.lastOffset(),
                        current.logAppendTime() ? known.timestamp() : RecordBatch.NO_TIMESTAMP);
                acknowledgeWhenDue(command);
                yield false;
            }
            case ProducerStates.Refuse no -> {
                refuse(command, no.error(), no.message());
                yield false;
            }
            case ProducerStates.Unsettled twice ->
                    throw new IllegalStateException(
                            "producer "
                                    + command.batch().producerId()
                                    + " of "
                                    + id
                                    + " is unsettled in a turn that has accepted nothing");
        };
    }

    private void write(AppendRun run, TopicSettings current, long now) {
        if (run.count() == 0) {
            return;
        }
        SlowAppendEvent event = SlowAppendEvent.begun();
        long began = around.clock().nanoTime();
        boolean rolled;
        try {
            OptionalLong segment = log.rollIfNeeded(run.sizeInBytes(), run.largestTimestamp(), now);
            rolled = segment.isPresent();
            if (rolled) {
                keepProducers(segment.getAsLong());
            }
            end = log.append(run);
        } catch (StorageException refused) {
            for (int i = 0; i < run.count(); i++) {
                refuse(run.accepted(i), ErrorCode.KAFKA_STORAGE_ERROR, reason(refused));
            }
            noteRefusal(refused);
            storageFailed(refused);
            return;
        }
        event.ended(id, run.count(), run.sizeInBytes());
        noteRecovery();
        wrote(run, current, now, around.clock().nanoTime() - began);
        if (rolled || current.durable()) {
            flush.request();
        }
    }

    /** Says that the store takes no batches, once a minute at most while it goes back and forth. */
    private void noteRefusal(StorageException refused) {
        long now = around.clock().nanoTime();
        boolean due = !refusalEver || (!refusalNoted && now - refusalNanos >= QUIET_NANOS);
        if (due && refused.reach() == StorageException.Reach.CALL) {
            refusalEver = true;
            refusalNoted = true;
            refusalNanos = now;
            LOG.warn("{} refuses batches, and still serves reads: {}", id, reason(refused));
        }
    }

    private void syncAgain() {
        if (!flushAgain) {
            flushAgain = true;
            around.timers().schedule(FLUSH_AGAIN, () -> mailbox.signal(FLUSH_DUE));
        }
    }

    /** Says that what is appended cannot be made durable for now, once a minute at most. */
    private void noteUnsynced() {
        long now = around.clock().nanoTime();
        if (!unsyncedEver || now - unsyncedNanos >= QUIET_NANOS) {
            unsyncedEver = true;
            unsyncedNanos = now;
            LOG.warn(
                    "{} cannot be synced for now ({}); it is tried again every {} s, and durable up to offset {} meanwhile",
                    id,
                    unsynced,
                    FLUSH_AGAIN.toSeconds(),
                    log.durableEnd().offset());
        }
    }

    private void noteRecovery() {
        if (refusalNoted) {
            refusalNoted = false;
            LOG.info("{} takes batches again", id);
        }
    }

    private void wrote(AppendRun run, TopicSettings current, long now, long nanos) {
        site.wrote(nanos);
        PartitionMetrics metrics = around.metrics();
        metrics.appendNanos().record(nanos);
        metrics.batchesPerAppend().record(run.count());
        metrics.appendedBytes().add(run.sizeInBytes());
        metrics.appendedBatches().add(run.count());
        metrics.appendedRecords().add(run.records());
        for (int i = 0; i < run.count(); i++) {
            RecordBatch batch = run.accepted(i).batch();
            if (batch.hasProducerId()) {
                producers.wrote(batch, now);
            }
        }
        advanceHighWatermark();
        for (int i = 0; i < run.count(); i++) {
            acknowledgeWhenDue(run.accepted(i));
        }
        askForFlush(run.records(), current);
    }

    private void acknowledgeWhenDue(AppendBatch batch) {
        if (batch.acks() == 0 || batch.lastOffset() < highWatermark.offset()) {
            try {
                batch.acknowledge(startOffset());
            } catch (RuntimeException | Error failure) {
                around.unexpected().note(ParkedProduces.ANSWERING, failure);
            }
        } else {
            batch.park();
            parked.add(batch);
            timeDeadline(batch.deadlineNanos());
        }
    }

    private long startOffset() {
        LeaderView leading = view;
        return leading == null ? log.bounds().startOffset() : leading.startOffset();
    }

    /** Moves the high watermark up to where it may be; false if it is there. It never goes back. */
    private boolean raiseHighWatermark() {
        LogPosition reached = settings.durable() ? log.durableEnd() : end;
        if (reached.offset() <= highWatermark.offset()) {
            return false;
        }
        highWatermark = reached;
        return true;
    }

    private void advanceHighWatermark() {
        if (!raiseHighWatermark()) {
            return;
        }
        LogPosition reached = highWatermark;
        LeaderView leading = view;
        if (leading != null) {
            leading.highWatermark(reached);
            tellWatchers();
            parked.acknowledgeBelow(reached.offset(), leading.startOffset());
        }
    }

    /** Sees to it that someone looks when this deadline of a parked produce passes. */
    private void timeDeadline(long deadlineNanos) {
        if (deadlineTimer != null && deadlineTimerNanos - deadlineNanos <= DEADLINE_SLACK_NANOS) {
            return;
        }
        forgetDeadlineTimer();
        long wait = Math.max(0, deadlineNanos - around.clock().nanoTime());
        deadlineTimerNanos = deadlineNanos;
        deadlineTimer =
                around.timers().schedule(Duration.ofNanos(wait), () -> mailbox.signal(DEADLINE));
    }

    /** After a look: there is one timer, for the earliest of the deadlines that are left. */
    private void retimeDeadline() {
        forgetDeadlineTimer();
        if (!parked.isEmpty()) {
            timeDeadline(parked.earliestDeadline());
        }
    }

    private void forgetDeadlineTimer() {
        Timers.Scheduled timer = deadlineTimer;
        if (timer != null) {
            timer.cancel();
            deadlineTimer = null;
        }
    }

    private void askForFlush(long records, TopicSettings current) {
        recordsSinceFlush += records;
        if (recordsSinceFlush >= current.flushMessages()) {
            recordsSinceFlush = 0;
            flush.request();
        } else if (current.flushMillis() != Long.MAX_VALUE && !flushTimed) {
            flushTimed = true;
            around.timers()
                    .schedule(
                            Duration.ofMillis(current.flushMillis()),
                            () -> mailbox.signal(FLUSH_DUE));
        }
    }

    // ---- control commands

    private void follow(PartitionImage changed) {
        image = changed;
        if (outOfService != null) {
            return;
        }
        if (changed.leader() != around.nodeId()) {
            view = null;
            parked.refuseAll(
                    ErrorCode.NOT_LEADER_OR_FOLLOWER,
                    id.partition() + " is led by broker " + changed.leader() + " now");
        } else {
            LeaderEpochs known = epochs;
            epochs = known.begin(changed.leaderEpoch(), end.offset());
            if (epochs != known) {
                log.putSidecar(SidecarKind.LEADER_EPOCHS, end.offset(), epochs.toText());
            }
            raiseHighWatermark();
            view =
                    new LeaderView(
                            changed.leaderEpoch(),
                            epochs,
                            log,
                            highWatermark,
                            log.bounds().startOffset());
            parked.acknowledgeBelow(highWatermark.offset(), startOffset());
            if (highWatermark.offset() < end.offset()) {
                flush.request();
            }
        }
        tellWatchers();
    }

    private void use(TopicSettings changed) {
        settings = changed;
        log.configure(changed.log());
        advanceHighWatermark();
        if (changed.durable() && highWatermark.offset() < end.offset()) {
            flush.request();
        }
    }

    private long advance(long wanted) {
        long limit = highWatermark.offset();
        long offset = wanted == HIGH_WATERMARK ? limit : wanted;
        if (offset < 0 || offset > limit) {
            throw new OffsetOutOfRangeException(
                    id, offset, new LogBounds(Math.min(startOffset(), limit), limit));
        }
        if (outOfService != null) {
            throw new StorageException(
                    StorageException.Reach.CALL, id + " is out of service: " + outOfService);
        }
        if (offset > startOffset()) {
            if (newestSnapshot < offset) {
                // no snapshot below the start is believed, and what would tell the rest is to go
                keepProducers(end.offset());
                flush.request();
            }
            log.advanceStart(offset);
            log.trimSidecars(SidecarKind.PRODUCER_STATE, offset);
            log.trimSidecars(SidecarKind.PRODUCER_BATCHES, offset);
            LeaderEpochs before = epochs;
            epochs = before.from(offset);
            if (epochs != before) {
                log.putSidecar(SidecarKind.LEADER_EPOCHS, end.offset(), epochs.toText());
            }
            LeaderView leading = view;
            if (leading != null) {
                leading.startOffset(offset);
                if (epochs != before) {
                    view = leading.withEpochs(epochs);
                }
            }
            tellWatchers();
        }
        return startOffset();
    }

    private void stopServing(boolean keep) {
        if (stopped) {
            return;
        }
        boolean healthy = outOfService == null;
        stopped = true;
        outOfService = id + " is closed";
        view = null;
        parked.refuseAll(ErrorCode.NOT_LEADER_OR_FOLLOWER, id + " is closed");
        tellWatchers();
        if (keep && healthy) {
            keepProducers(end.offset());
        }
        producers.stopCounting();
    }

    private void keepProducers(long offset) {
        producers.keepBeside(log, offset);
        newestSnapshot = offset;
    }

    private void leaveService(String why, @Nullable Throwable cause) {
        if (outOfService != null) {
            return;
        }
        outOfService = why;
        view = null;
        LOG.error(
                "{} is out of service until the broker starts again: {}. Check the disk below {}",
                id,
                why,
                log.directory().location(),
                cause);
        parked.refuseAll(ErrorCode.KAFKA_STORAGE_ERROR, why);
        tellWatchers();
    }

    @Override
    public void fence(Throwable cause) {
        leaveService("an invariant of " + id + " failed: " + cause, cause);
    }

    private static String reason(StorageException failure) {
        return String.valueOf(failure.getMessage());
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
