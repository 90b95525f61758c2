package mortise.broker.cluster;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import mortise.api.Timers;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.api.metrics.Metrics;
import mortise.metadata.ClusterImage;
import mortise.metadata.ImageChange;
import mortise.metadata.PartitionImage;
import mortise.metadata.TopicImage;
import mortise.metadata.TopicSettings;
import mortise.metadata.TopicSettingsSource;
import mortise.spi.storage.LogId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the partitions of this broker what the image wants: opens those that it gains, closes those
 * that it loses, changes roles and settings of the others.
 *
 * <p>Until {@link #openPartitions} is called partitions are left alone, so that a replayed log
 * opens nothing that it deletes later. Thread-safe; images are to be followed in order.
 */
public final class PartitionFollower {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionFollower.class);

    private final int nodeId;
    private final TopicSettingsSource settings;
    private final PartitionApplier applier;
    private final PartitionWork work;
    private final UnopenedPartitions unopened;
    // Written while this is held.
    private volatile ClusterImage wanted = ClusterImage.EMPTY;
    private boolean following;

    /**
     * A follower of no image yet.
     *
     * @param parallel how many partitions are opened, changed or deleted at once
     * @param timers when partitions that could not be opened are tried again
     */
    public PartitionFollower(
            int nodeId,
            TopicSettingsSource settings,
            PartitionApplier applier,
            int parallel,
            Timers timers,
            Metrics metrics) {
        this.nodeId = nodeId;
        this.settings = settings;
        this.applier = applier;
        work = new PartitionWork(parallel);
        unopened = new UnopenedPartitions(timers, this::openAgain);
        metrics.gauge(
                "metadata_offline_partitions",
                "Partitions of this broker that could not be opened.",
                unopened::size);
        metrics.gauge(
                "metadata_partition_operations",
                "Partitions being opened, changed or deleted.",
                work::running);
    }

    /** Whether this broker should serve a replica of a partition, and cannot. */
    boolean isOffline(TopicId topic, TopicPartition partition) {
        return applier.isOffline(new LogId(topic, partition));
    }

    /**
     * Begins what a changed image asks for.
     *
     * @return completes when it is done, whatever became of each partition
     */
    synchronized CompletionStage<Void> follow(ImageChange change) {
        wanted = change.after();
        return following ? settled(operations(change)) : CompletableFuture.completedStage(null);
    }

    /** Completes when all have, whatever became of them. */
    private static CompletionStage<Void> settled(List<CompletableFuture<Void>> operations) {
        return CompletableFuture.allOf(operations.toArray(CompletableFuture[]::new))
                .exceptionally(failure -> null);
    }

    /**
     * Opens every partition of this broker, and from now on follows the image. To be called once,
     * when the stored metadata has been heard. Logs of deleted topics are removed; logs that no
     * topic knows are reported and left alone.
     */
    CompletionStage<OpenedPartitions> openPartitions() {
        return applier.stored().thenCompose(this::openPartitions);
    }

    private CompletionStage<OpenedPartitions> openPartitions(List<LogId> stored) {
        List<CompletableFuture<Void>> opens = new ArrayList<>();
        List<CompletableFuture<Void>> removals = new ArrayList<>();
        List<LogId> removed = new ArrayList<>();
        List<LogId> unknown = new ArrayList<>();
        synchronized (this) {
            following = true;
            Set<TopicId> gone = new HashSet<>(wanted.removedTopics());
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
            wanted.topics().forEach(topic -> openAll(wanted, topic, 0, opens));
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
        TopicImage topic = wanted.topic(log.topicId());
        return topic != null
                && topic.name().equals(log.partition().topic())
                && topic.partition(log.partition().partition()).filter(this::isReplica).isPresent();
    }

    private boolean isReplica(PartitionImage partition) {
        return partition.replicas().contains(nodeId);
    }

    private List<CompletableFuture<Void>> operations(ImageChange change) {
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
            changeReplicas(change.after(), topic, operations);
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
                        unopened.remove(log);
                    } else {
                        unopened.failed(log, unwrapped(failure));
                    }
                });
    }

    /** Opens a log that could not be opened, as the image wants it by then. */
    private CompletableFuture<Void> openAgain(LogId log) {
        return enqueue(
                "opening",
                log,
                () -> {
                    ClusterImage now = wanted;
                    TopicImage topic = now.topic(log.topicId());
                    int index = log.partition().partition();
                    if (topic == null || !unopened.holds(log) || !isOurs(log)) {
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
                    unopened.remove(log);
                    return applier.delete(log);
                });
    }

    /** Replicas that this broker gains, loses, or keeps in another role. */
    private void changeReplicas(
            ClusterImage at,
            ImageChange.ChangedTopic topic,
            List<CompletableFuture<Void>> operations) {
        int common =
                Math.min(topic.before().partitions().size(), topic.after().partitions().size());
        for (int i = 0; i < common; i++) {
            PartitionImage was = topic.before().partitions().get(i);
            PartitionImage is = topic.after().partitions().get(i);
            LogId log = logId(topic.after(), is);
            if (isReplica(is) && !isReplica(was)) {
                operations.add(open(at, topic.after(), is));
            } else if (isReplica(was) && !isReplica(is)) {
                operations.add(delete(log));
            } else if (isReplica(is) && !was.equals(is)) {
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
            if (!isReplica(partition) || !isReplica(was.partitions().get(partition.partition()))) {
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
                        unopened.holds(log)
                                ? CompletableFuture.completedStage(null)
                                : operation.get());
    }

    private CompletableFuture<Void> enqueue(
            String doing, LogId log, Supplier<CompletionStage<?>> operation) {
        return work.enqueue(log.partition(), operation)
                .whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        Throwable cause = unwrapped(failure);
                        if (unopened.holds(log) && UnopenedPartitions.canPass(cause)) {
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
