package mortise.broker.metadata;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import mortise.api.Timers;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Metrics;
import mortise.spi.consensus.Leadership;
import mortise.spi.consensus.QuorumListener;
import mortise.spi.storage.LogId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what the quorum agreed into the image that everybody reads, and the image into partitions
 * of this broker.
 *
 * <p>The quorum's thread is the only writer of the image; {@link #image} reads it from any thread.
 * Until {@link #openPartitions} is called partitions are left alone, so that a replayed log opens
 * nothing that it deletes later.
 */
public final class MetadataPublisher implements QuorumListener {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataPublisher.class);

    private final int nodeId;
    private final TopicSettingsSource settings;
    private final PartitionApplier applier;
    private final BiConsumer<String, Throwable> fatal;
    private final PartitionWork work;
    private final Counter entries;
    private final List<ImageListener> listeners = new CopyOnWriteArrayList<>();
    private final Map<Long, CompletableFuture<Void>> pending = new ConcurrentHashMap<>();
    private final OfflinePartitions offline;
    private final Object publication = new Object();
    private volatile ClusterImage image = ClusterImage.EMPTY;
    private volatile Leadership leadership = new Leadership(0, -1, false);
    private boolean following; // guarded by publication

    /**
     * A publisher that nobody listens to yet.
     *
     * @param parallel how many partitions are opened, changed or deleted at once
     * @param fatal hears why the broker cannot go on: the metadata is damaged or the quorum failed
     * @param timers when partitions that could not be opened are tried again
     */
    public MetadataPublisher(
            int nodeId,
            TopicSettingsSource settings,
            PartitionApplier applier,
            int parallel,
            BiConsumer<String, Throwable> fatal,
            Timers timers,
            Metrics metrics) {
        this.nodeId = nodeId;
        this.settings = settings;
        this.applier = applier;
        this.fatal = fatal;
        work = new PartitionWork(parallel);
        offline = new OfflinePartitions(timers, this::openAgain);
        entries =
                metrics.counter(
                        "metadata_entries_total", "Entries of the metadata log that were applied.");
        metrics.gauge("metadata_topics", "Topics in the cluster.", () -> image.topicCount());
        metrics.gauge(
                "metadata_partitions", "Partitions in the cluster.", () -> image.partitionCount());
        metrics.gauge(
                "metadata_offline_partitions",
                "Partitions of this broker that could not be opened.",
                offline::size);
        metrics.gauge(
                "metadata_partition_operations",
                "Partitions being opened, changed or deleted.",
                work::running);
    }

    /** Adds a listener; it hears what comes after. */
    public void listen(ImageListener listener) {
        listeners.add(listener);
    }

    /** The cluster as this broker knows it. */
    public ClusterImage image() {
        return image;
    }

    /** Who leads the quorum. */
    public Leadership leadership() {
        return leadership;
    }

    /** Whether a partition of this broker could not be opened. */
    public boolean isOffline(TopicId topic, TopicPartition partition) {
        return offline.size() > 0 && offline.holds(new LogId(topic, partition));
    }

    /**
     * Completes when the partitions of this broker are as the entry of this index, heard before,
     * wants them.
     */
    public CompletionStage<Void> applied(long index) {
        CompletableFuture<Void> waiting = pending.get(index);
        return waiting == null ? CompletableFuture.completedFuture(null) : waiting;
    }

    @Override
    public void leadership(Leadership changed) {
        leadership = changed;
        listeners.forEach(listener -> listener.leadership(changed));
    }

    @Override
    public void committed(long index, int epoch, List<byte[]> records) {
        guarded(
                "entry " + index,
                () -> {
                    publish(ImageDelta.replay(image, index, MetadataRecords.decode(records)));
                    entries.increment();
                });
    }

    @Override
    public void install(long index, int epoch, List<byte[]> records) {
        guarded(
                "the snapshot as of entry " + index,
                () ->
                        publish(
                                ImageDelta.replay(
                                        ClusterImage.EMPTY,
                                        index,
                                        MetadataRecords.decode(records))));
    }

    @Override
    public Supplier<List<byte[]>> snapshot() {
        ClusterImage now = image;
        return () -> MetadataRecords.encode(ImageRecords.of(now));
    }

    @Override
    public void failed(String reason, Throwable cause) {
        fatal.accept(reason, cause);
    }

    private void guarded(String what, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException failure) {
            fatal.accept(
                    "applying " + what + " of the metadata log failed: " + failure.getMessage(),
                    failure);
        }
    }

    private void publish(ClusterImage next) {
        ImageChange change;
        List<CompletableFuture<Void>> operations = List.of();
        synchronized (publication) {
            change = ImageChange.between(image, next);
            image = next;
            if (following) {
                operations = follow(change);
            }
            await(next.index(), operations);
        }
        listeners.forEach(listener -> listener.changed(change));
    }

    private void await(long index, List<CompletableFuture<Void>> operations) {
        CompletableFuture<Void> all = settled(operations);
        if (!all.isDone()) {
            pending.put(index, all.whenComplete((nothing, failure) -> pending.remove(index)));
            if (all.isDone()) {
                pending.remove(index);
            }
        }
    }

    /** Completes when all have, whatever became of them. */
    private static CompletableFuture<Void> settled(List<CompletableFuture<Void>> operations) {
        return CompletableFuture.allOf(operations.toArray(CompletableFuture[]::new))
                .exceptionally(failure -> null);
    }

    /**
     * Opens every partition of this broker, and from now on follows the image. To be called once,
     * when the stored metadata has been heard. Logs of deleted topics are removed; logs that no
     * topic knows are reported and left alone.
     */
    public CompletionStage<OpenedPartitions> openPartitions() {
        return applier.stored().thenCompose(this::openPartitions);
    }

    private CompletionStage<OpenedPartitions> openPartitions(List<LogId> stored) {
        List<CompletableFuture<Void>> opens = new ArrayList<>();
        List<CompletableFuture<Void>> removals = new ArrayList<>();
        List<LogId> removed = new ArrayList<>();
        List<LogId> unknown = new ArrayList<>();
        synchronized (publication) {
            following = true;
            Set<TopicId> gone = new HashSet<>(image.removedTopics());
            for (LogId log : stored) {
                if (isOurs(log)) {
                    continue;
                }
                if (gone.contains(log.topicId())) {
                    removed.add(log);
                    removals.add(delete(log));
                } else {
                    unknown.add(log);
                }
            }
            image.topics().forEach(topic -> openAll(image, topic, 0, opens));
        }
        unknown.forEach(log ->
                LOG.warn(
                        "the store holds {}, which no topic of this cluster knows; it is left alone, remove it by hand if nobody needs it",
                        log));
        List<CompletableFuture<Void>> all = new ArrayList<>(opens);
        all.addAll(removals);
        return settled(all)
                .thenApply(nothing -> {
                    int failed =
                            (int)
                                    opens.stream()
                                            .filter(CompletableFuture::isCompletedExceptionally)
                                            .count();
                    return new OpenedPartitions(opens.size() - failed, failed, removed, unknown);
                });
    }

    private boolean isOurs(LogId log) {
        TopicImage topic = image.topic(log.topicId());
        return topic != null
                && topic.name().equals(log.partition().topic())
                && topic.partition(log.partition().partition()).filter(this::isReplica).isPresent();
    }

    private boolean isReplica(PartitionImage partition) {
        return partition.replicas().contains(nodeId);
    }

    private List<CompletableFuture<Void>> follow(ImageChange change) {
        List<CompletableFuture<Void>> operations = new ArrayList<>();
        // Removals first: a topic that is created again under its old name waits for the old log to
        // go.
        for (TopicImage topic : change.removed()) {
            for (PartitionImage partition : topic.partitions()) {
                if (isReplica(partition)) {
                    operations.add(delete(logId(topic, partition)));
                }
            }
        }
        change.created().forEach(topic -> openAll(change.after(), topic, 0, operations));
        for (ImageChange.ChangedTopic topic : change.changed()) {
            openAll(change.after(), topic.after(), topic.before().partitions().size(), operations);
            changeRoles(topic, operations);
        }
        if (change.brokerConfigsChanged()) {
            change.after()
                    .topics()
                    .forEach(topic -> {
                        TopicImage was = change.before().topic(topic.id());
                        if (was != null) {
                            configure(change, was, topic, operations);
                        }
                    });
        } else {
            change.changed()
                    .forEach(topic -> configure(change, topic.before(), topic.after(), operations));
        }
        return operations;
    }

    private void openAll(
            ClusterImage at, TopicImage topic, int from, List<CompletableFuture<Void>> operations) {
        for (PartitionImage partition :
                topic.partitions()
                        .subList(
                                Math.min(from, topic.partitions().size()),
                                topic.partitions().size())) {
            if (isReplica(partition)) {
                operations.add(open(at, topic, partition));
            }
        }
    }

    private CompletableFuture<Void> open(
            ClusterImage at, TopicImage topic, PartitionImage partition) {
        LogId log = logId(topic, partition);
        TopicSettings derived = settings.settings(at, topic, partition.partition());
        return enqueue("opening", log, () -> open(log, partition, derived));
    }

    private CompletionStage<?> open(LogId log, PartitionImage partition, TopicSettings derived) {
        return applier.open(log, partition, derived)
                .whenComplete((opened, failure) -> {
                    if (failure == null) {
                        offline.remove(log);
                    } else {
                        offline.failed(log, unwrapped(failure));
                    }
                });
    }

    /** Opens a log that could not be opened, as the image wants it by then. */
    private CompletableFuture<Void> openAgain(LogId log) {
        return enqueue(
                "opening",
                log,
                () -> {
                    ClusterImage now = image;
                    TopicImage topic = now.topic(log.topicId());
                    int index = log.partition().partition();
                    if (topic == null || !offline.holds(log) || !isOurs(log)) {
                        return CompletableFuture.completedStage(null); // deleted meanwhile
                    }
                    return open(
                            log,
                            topic.partition(index).orElseThrow(),
                            settings.settings(now, topic, index));
                });
    }

    private CompletableFuture<Void> delete(LogId log) {
        return enqueue(
                "deleting",
                log,
                () -> {
                    offline.remove(log);
                    return applier.delete(log);
                });
    }

    private void changeRoles(
            ImageChange.ChangedTopic topic, List<CompletableFuture<Void>> operations) {
        int common =
                Math.min(topic.before().partitions().size(), topic.after().partitions().size());
        for (int i = 0; i < common; i++) {
            PartitionImage was = topic.before().partitions().get(i);
            PartitionImage is = topic.after().partitions().get(i);
            if (isReplica(is) && !was.equals(is)) {
                LogId log = logId(topic.after(), is);
                operations.add(
                        enqueueIfOpen(
                                "changing the role of", log, () -> applier.changeRole(log, is)));
            }
        }
    }

    private void configure(
            ImageChange change,
            TopicImage was,
            TopicImage is,
            List<CompletableFuture<Void>> operations) {
        int common = Math.min(was.partitions().size(), is.partitions().size());
        for (PartitionImage partition : is.partitions().subList(0, common)) {
            if (!isReplica(partition)) {
                continue;
            }
            TopicSettings before = settings.settings(change.before(), was, partition.partition());
            TopicSettings after = settings.settings(change.after(), is, partition.partition());
            if (!before.equals(after)) {
                LogId log = logId(is, partition);
                operations.add(
                        enqueueIfOpen("configuring", log, () -> applier.configure(log, after)));
            }
        }
    }

    private CompletableFuture<Void> enqueueIfOpen(
            String doing, LogId log, Supplier<CompletionStage<?>> operation) {
        return enqueue(
                doing,
                log,
                () ->
                        offline.holds(log)
                                ? CompletableFuture.completedStage(null)
                                : operation.get());
    }

    private CompletableFuture<Void> enqueue(
            String doing, LogId log, Supplier<CompletionStage<?>> operation) {
        return work.enqueue(log.partition(), operation)
                .whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        Throwable cause = unwrapped(failure);
                        if (offline.holds(log) && OfflinePartitions.canPass(cause)) {
                            return; // it is tried again, and was said
                        }
                        LOG.error("{} {} failed: {}", doing, log, cause.getMessage(), cause);
                    }
                });
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }

    private static LogId logId(TopicImage topic, PartitionImage partition) {
        return new LogId(topic.id(), new TopicPartition(topic.name(), partition.partition()));
    }
}
