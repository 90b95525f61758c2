package mortise.broker.partition;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import mortise.api.ErrorCode;
import mortise.api.TopicId;
import mortise.api.config.Config;
import mortise.broker.cluster.PartitionApplier;
import mortise.broker.mailbox.CreditLine;
import mortise.broker.mailbox.CreditRequest;
import mortise.broker.mailbox.DataCommand;
import mortise.broker.mailbox.DrainSite;
import mortise.broker.mailbox.Drains;
import mortise.broker.mailbox.Mailbox;
import mortise.broker.mailbox.MailboxOwner;
import mortise.broker.runtime.Blocking;
import mortise.broker.runtime.Failures;
import mortise.broker.runtime.Periodic;
import mortise.broker.telemetry.PartitionLoadEvent;
import mortise.metadata.PartitionImage;
import mortise.metadata.TopicSettings;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogMoves;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.RetentionLimits;
import mortise.spi.storage.StorageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of this broker, by topic ID and by name. Look-ups are lock-free and may be made on
 * an event loop; everything that changes the table works in the background and says when it is
 * done.
 *
 * <p>Thread-safe; changes of one partition must follow each other.
 */
public final class Partitions implements PartitionApplier, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);

    private final LogStore store;
    private final Blocking blocking;
    private final PartitionServices services;
    private final Drains drains;
    private final CreditLine credits;
    private final Duration retentionInterval;
    private final Duration producerExpirationInterval;
    private final Duration inlineWriteLimit;
    private final PartitionContext context;
    private final Map<TopicId, LocalTopic> byId = new ConcurrentHashMap<>();
    private final Map<String, LocalTopic> byName = new ConcurrentHashMap<>();
    private final Optional<LogMover> mover;
    private final Map<String, LeadershipWatcher> leaderships = new ConcurrentHashMap<>();
    private final Map<UUID, DrainSite> sites = new ConcurrentHashMap<>();
    private final List<Periodic> periodic = new CopyOnWriteArrayList<>();
    private final Failures failures;

    /** Whether every partition that was there before the start has been opened, or failed to. */
    private volatile boolean begun;

    /** Those that failed to: they are not new, however late they are opened. */
    private final Set<LogId> unopened = ConcurrentHashMap.newKeySet();

    /** An empty table over a store that has been started. Its drain threads start at once. */
    public Partitions(Config config, LogStore store, PartitionServices services) {
        this(
                config,
                store,
                services,
                Drains.on(
                        services.workers(),
                        PartitionSettings.drainBounds(config),
                        config.get(PartitionSettings.DRAIN_THREADS),
                        services.metrics()));
    }

    Partitions(Config config, LogStore store, PartitionServices services, Drains drains) {
        this.store = store;
        this.blocking = services.lanes().logs();
        this.services = services;
        this.drains = drains;
        this.failures = Failures.in(services.metrics(), services.clock(), LOG);
        this.credits = new CreditLine(failures);
        this.retentionInterval = config.get(PartitionSettings.RETENTION_INTERVAL);
        this.producerExpirationInterval =
                config.get(PartitionSettings.PRODUCER_EXPIRATION_INTERVAL);
        this.inlineWriteLimit = config.get(PartitionSettings.INLINE_WRITE_LIMIT);
        this.context =
                new PartitionContext(
                        services,
                        new PartitionContext.Mailboxes(
                                drains, credits, PartitionSettings.mailboxBounds(config)),
                        new ProduceChecks(config, services.clock()),
                        PartitionMetrics.in(services.metrics()),
                        new PartitionContext.Reports(
                                failures,
                                new RefusedReads(services.clock(), services.metrics()),
                                this::directoryFailed,
                                leaderships),
                        new PartitionContext.Producers(
                                new RememberedProducers(
                                        config.get(PartitionSettings.PRODUCERS_TOTAL)),
                                ProducerBounds.of(config)),
                        new AppendRuns(config));
        LogMoveMetrics moveMetrics = LogMoveMetrics.in(services.metrics());
        this.mover =
                store.moves()
                        .map(moves ->
                                new LogMover(
                                        moves,
                                        config,
                                        services,
                                        this::directoryFailed,
                                        moveMetrics));
        services.metrics()
                .gauge(
                        "partition_credit_waiting_requests",
                        "Produce requests that wait for room in a partition's mailbox.",
                        credits::length);
        services.metrics()
                .gauge(
                        "partition_moves",
                        "Partitions that move to another log directory, or wait for it.",
                        () -> mover.map(LogMover::count).orElse(0));
        services.metrics()
                .gauge(
                        "partition_open_logs",
                        "Partitions whose logs are open here.",
                        () -> all().size());
        services.metrics()
                .gauge(
                        "partition_leaders",
                        "Partitions that this broker leads.",
                        () ->
                                all().stream()
                                        .filter(partition -> partition.leaderView() != null)
                                        .count());
    }

    /** Starts what happens every so often: retention, and the expiry of silent producers. */
    public void start() {
        begun = true;
        again("looking for old data", retentionInterval, this::retain);
        again("forgetting silent producers", producerExpirationInterval, this::expireProducers);
    }

    /**
     * Has somebody hear when this broker begins or ceases to lead partitions of a topic; to be
     * called before partitions are opened.
     */
    public void watchLeadership(String topic, LeadershipWatcher watcher) {
        leaderships.put(topic, watcher);
    }

    /**
     * A mailbox whose drains are those of the partitions: what its owner appends to a partition is
     * written on the same thread, right after.
     *
     * @param beside the partition that its owner appends to
     * @param <D> its owner's data commands
     * @param <C> its owner's control commands
     */
    public <D extends DataCommand, C> Mailbox<D, C> mailbox(
            MailboxOwner<D, C> owner, Partition beside) {
        return context.mailboxes().of(owner, site(beside.log().directory()));
    }

    /** The topic of this ID, if this broker holds any of it. */
    public @Nullable LocalTopic find(TopicId id) {
        return byId.get(id);
    }

    /** The topic of this name, if this broker holds any of it. */
    public @Nullable LocalTopic find(String name) {
        return byName.get(name);
    }

    /** The partition of this ID and index, or null. */
    public @Nullable Partition find(TopicId id, int index) {
        LocalTopic topic = byId.get(id);
        return topic == null ? null : topic.partition(index);
    }

    /** The partition of this name and index, or null. */
    public @Nullable Partition find(String name, int index) {
        LocalTopic topic = byName.get(name);
        return topic == null ? null : topic.partition(index);
    }

    /** Every partition whose log is open. */
    public List<Partition> all() {
        List<Partition> all = new ArrayList<>();
        byId.values().forEach(topic -> all.addAll(topic.partitions()));
        return all;
    }

    /** The same, for compaction. */
    public List<CompactablePartition> compactable() {
        return all().stream().map(CompactablePartition::new).toList();
    }

    /**
     * {@inheritDoc}
     *
     * <p>If the log cannot be opened the partition is offline, and clients are told so; the stage
     * then fails.
     */
    @Override
    public CompletionStage<Void> open(LogId id, PartitionImage image, TopicSettings settings) {
        boolean isNew = begun && !unopened.contains(id);
        return blocking.run("open " + id, () -> opened(id, image, settings, isNew))
                .thenCompose(partition -> partition.lead(image));
    }

    private Partition opened(
            LogId id, PartitionImage image, TopicSettings settings, boolean isNew) {
        int index = id.partition().partition();
        try {
            PartitionLoadEvent event = PartitionLoadEvent.begun();
            PartitionLog log =
                    isNew ? store.create(id, settings.log()) : store.open(id, settings.log());
            syncIfPromised(log, settings);
            PartitionState state = state(id, log);
            if (state.replayedBatches() > 0) {
                LOG.debug(
                        "{} was read from its latest snapshot on: {} batches",
                        id,
                        state.replayedBatches());
            }
            Partition partition =
                    new Partition(id, log, state, image, settings, site(log.directory()), context);
            change(id, topic -> topic.put(index, partition));
            mover.ifPresent(moves -> resumeMove(moves, partition));
            event.ended(id, log.end().offset(), state.replayedBatches());
            unopened.remove(id);
            return partition;
        } catch (RuntimeException failed) {
            if (!isNew) {
                unopened.add(id);
            }
            // who asked says what becomes of it
            LOG.debug("{} is offline: its log cannot be opened", id, failed);
            change(id, topic -> topic.offline(index, String.valueOf(failed.getMessage())));
            throw failed;
        }
    }

    /**
     * What the process before acknowledged was durable then; the store need not know it any more,
     * and readers are not to see the high watermark go back.
     */
    private static void syncIfPromised(PartitionLog log, TopicSettings settings) {
        if (settings.durable() && log.durableEnd().offset() < log.end().offset()) {
            log.sync();
        }
    }

    /** Goes on with the move that the last stop of the broker came into. Nothing is written yet. */
    private void resumeMove(LogMover mover, Partition partition) {
        mover.moves().futures().stream()
                .filter(future -> future.id().equals(partition.id()))
                .findFirst()
                .ifPresent(future -> {
                    try {
                        PartitionLog copy =
                                mover.moves()
                                        .begin(
                                                future.id(),
                                                future.directory(),
                                                partition.settings().log());
                        // what a crash took from the log is not to come back from its copy
                        copy.truncateTo(partition.log().end().offset());
                        mover.begin(partition, future.directory(), site(future.directory()));
                    } catch (StorageException refused) {
                        LOG.error(
                                "the move of {} to {} cannot go on, and is given up: {}",
                                future.id(),
                                future.directory().location(),
                                refused.getMessage());
                        dropCopy(mover.moves(), future.id());
                    }
                });
    }

    private static void dropCopy(LogMoves moves, LogId id) {
        try {
            moves.drop(id);
        } catch (StorageException failed) {
            LOG.warn("the copy of {} could not be removed", id, failed);
        }
    }

    /**
     * Moves a partition's log to another log directory; does nothing if it lies there, but ends a
     * move to yet another one.
     *
     * @param path where the directory is, as the store tells it
     * @return what to answer, once the move has begun
     */
    public CompletionStage<ErrorCode> move(String topic, int index, String path) {
        LogDirectory target =
                store.directories().stream()
                        .filter(directory -> directory.location().equals(path))
                        .findFirst()
                        .orElse(null);
        if (target == null) {
            return CompletableFuture.completedStage(ErrorCode.LOG_DIR_NOT_FOUND);
        }
        if (target.failure().isPresent()) {
            return CompletableFuture.completedStage(ErrorCode.KAFKA_STORAGE_ERROR);
        }
        LocalTopic known = find(topic);
        Partition partition = known == null ? null : known.partition(index);
        if (partition == null) {
            return CompletableFuture.completedStage(
                    known == null ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : known.absence(index));
        }
        if (partition.outOfService() != null) {
            return CompletableFuture.completedStage(partition.absence());
        }
        if (partition.log().directory().id().equals(target.id())) {
            return mover.map(moves -> moves.cancel(partition.id()))
                    .orElseGet(() -> CompletableFuture.completedFuture(null))
                    .thenApply(ended -> ErrorCode.NONE);
        }
        if (mover.isEmpty()) {
            return CompletableFuture.completedStage(ErrorCode.UNSUPPORTED_VERSION);
        }
        return mover.get()
                .begin(partition, target, site(target))
                .handle((begun, failed) ->
                        failed == null ? ErrorCode.NONE : ErrorCode.KAFKA_STORAGE_ERROR);
    }

    private PartitionState state(LogId id, PartitionLog log) {
        try {
            return PartitionState.of(
                    id.toString(),
                    log,
                    context.producers().each(),
                    context.services().clock().wallMillis());
        } catch (RuntimeException failed) {
            try {
                log.close(); // or it could not be opened again
            } catch (RuntimeException alsoFailed) {
                failed.addSuppressed(alsoFailed);
            }
            throw failed;
        }
    }

    /**
     * Changes a topic as it stands in the tables, and takes it out of them if nothing of it is
     * left. One step for each topic: between finding a topic and putting a partition into it,
     * another partition's end must not take the topic away.
     */
    private void change(LogId id, Consumer<LocalTopic> change) {
        String name = id.partition().topic();
        LocalTopic left =
                byId.compute(
                        id.topicId(),
                        (topicId, known) -> {
                            LocalTopic topic =
                                    known == null ? new LocalTopic(topicId, name) : known;
                            change.accept(topic);
                            if (topic.isEmpty()) {
                                byName.remove(name, topic);
                                return null;
                            }
                            byName.put(name, topic);
                            return topic;
                        });
        if (left == null) {
            giveName(name);
        }
    }

    /** A topic that was created again has the name once its predecessor is gone. */
    private void giveName(String name) {
        for (LocalTopic topic : byId.values()) {
            if (topic.name().equals(name)) {
                byId.computeIfPresent(
                        topic.id(),
                        (id, there) -> {
                            byName.putIfAbsent(name, there);
                            return there;
                        });
            }
        }
    }

    private DrainSite site(LogDirectory directory) {
        return sites.computeIfAbsent(
                directory.id(), id -> new DrainSite(inlineWriteLimit.toNanos()));
    }

    @Override
    public CompletionStage<List<LogId>> stored() {
        return blocking.run("list the logs of the store", store::stored);
    }

    @Override
    public boolean isOffline(LogId id) {
        LocalTopic topic = byId.get(id.topicId());
        return topic != null && topic.isOffline(id.partition().partition());
    }

    @Override
    public CompletionStage<Void> changeRole(LogId id, PartitionImage image) {
        Partition partition = find(id.topicId(), id.partition().partition());
        return partition == null ? absent(id) : partition.lead(image);
    }

    @Override
    public CompletionStage<Void> configure(LogId id, TopicSettings settings) {
        Partition partition = find(id.topicId(), id.partition().partition());
        return partition == null ? absent(id) : partition.configure(settings);
    }

    @Override
    public CompletionStage<Void> delete(LogId id) {
        unopened.remove(id);
        int index = id.partition().partition();
        Partition partition = find(id.topicId(), index);
        CompletionStage<Void> moved =
                mover.<CompletionStage<Void>>map(moves -> moves.cancel(id))
                        .orElseGet(() -> CompletableFuture.completedFuture(null));
        CompletionStage<Void> stopped =
                moved.thenCompose(ended ->
                        partition == null
                                ? CompletableFuture.completedFuture(null)
                                : partition.stop(false));
        return stopped.thenCompose(nothing -> {
            change(id, topic -> topic.remove(index));
            return blocking.run("delete " + id, () -> deleted(id, partition));
        });
    }

    private @Nullable Void deleted(LogId id, @Nullable Partition partition) {
        if (partition != null) {
            partition.endSyncs();
        }
        store.delete(id);
        return null;
    }

    /**
     * Room for the batches of a request in all of their mailboxes, at once.
     *
     * @return true if it was taken; false if the request waits and {@link
     *     CreditRequest#creditGranted} follows
     */
    public boolean takeCredit(CreditRequest request) {
        return credits.enter(request);
    }

    private void directoryFailed(LogDirectory directory, StorageException cause) {
        for (Partition partition : all()) {
            if (partition.log().directory().id().equals(directory.id())) {
                partition.failed(cause);
            }
        }
    }

    // ---- every so often

    private void again(String what, Duration interval, Runnable task) {
        periodic.add(Periodic.start(what, interval, task, services.timers(), failures));
    }

    private void endPeriodic() {
        periodic.forEach(Periodic::close);
    }

    private void expireProducers() {
        all().forEach(Partition::expireProducers);
    }

    /** Looks through every log for data that its topic's retention lets go. */
    void retain() {
        for (Partition partition : all()) {
            TopicSettings settings = partition.settings();
            if (settings.deletes()
                    && (settings.retentionBytes() >= 0 || settings.retentionMillis() >= 0)) {
                services.lanes()
                        .upkeep()
                        .run("look for old data of " + partition, () -> retained(partition))
                        .whenComplete((done, failed) -> {
                            if (failed != null) {
                                notDropped(partition, failed);
                            }
                        });
            }
        }
    }

    private @Nullable Void retained(Partition partition) {
        LeaderView view = partition.leaderView();
        if (view != null) {
            TopicSettings settings = partition.settings();
            long keep =
                    view.log()
                            .retainedFrom(
                                    new RetentionLimits(
                                            settings.retentionBytes(),
                                            settings.retentionMillis(),
                                            context.services().clock().wallMillis(),
                                            view.highWatermark().offset()));
            if (keep > view.startOffset()) {
                partition
                        .advanceStart(keep)
                        .whenComplete((start, failed) -> {
                            if (failed == null) {
                                LOG.debug("{} starts at {} now", partition, start);
                            } else {
                                notDropped(partition, failed);
                            }
                        });
            }
        }
        return null;
    }

    private void notDropped(Partition partition, Throwable failed) {
        LOG.warn(
                "old data of {} could not be dropped; trying again in {}",
                partition,
                retentionInterval,
                failed);
    }

    // ---- the end

    /**
     * Stops serving: keeps producers and epochs beside the logs and closes them cleanly. The store
     * stays open. No request may be in flight.
     */
    public CompletionStage<Void> stop() {
        endPeriodic();
        return endMoves()
                .thenCompose(ended ->
                        all(
                                all().stream()
                                        .map(partition -> stopped(partition).toCompletableFuture())
                                        .toList()));
    }

    private CompletionStage<Void> stopped(Partition partition) {
        return partition
                .stop(true)
                .thenCompose(nothing ->
                        blocking.run(
                                "close " + partition,
                                () -> {
                                    partition.endSyncs();
                                    partition.log().close();
                                    return null;
                                }));
    }

    /** Ends what copies logs, as the end of the process would: the copies stay where they are. */
    public CompletionStage<Void> endMoves() {
        return mover.map(LogMover::stop).orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    /** Ends the drain threads. After {@link #stop}. */
    @Override
    public void close() {
        endPeriodic();
        drains.close();
    }

    private static CompletionStage<Void> absent(LogId id) {
        return CompletableFuture.failedFuture(
                new IllegalStateException("partition " + id + " is not open on this broker"));
    }

    private static CompletionStage<Void> all(List<CompletableFuture<Void>> stages) {
        return CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new));
    }
}
