package mortise.broker.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Metrics;
import mortise.metadata.ClusterImage;
import mortise.metadata.ImageChange;
import mortise.metadata.ImageDelta;
import mortise.metadata.ImageRecords;
import mortise.metadata.MetadataRecords;
import mortise.spi.consensus.Leadership;
import mortise.spi.consensus.QuorumListener;
import org.jspecify.annotations.Nullable;

/**
 * Turns what the quorum agreed into the image that everybody reads, and has the partitions of this
 * broker follow it.
 *
 * <p>Entries are applied in order on a serial executor of the publisher's own, which alone writes
 * the image, so the quorum's work is not held up. {@link #image} reads the image from any thread. A
 * snapshot is made of an image and of what was heard since, by whoever keeps it.
 *
 * <p>An entry that cannot be applied is the last one that is looked at: an image without it would
 * be wrong, and so would all that follow. The broker is told once, and stops.
 */
public final class MetadataPublisher implements QuorumListener {
    private final PartitionFollower follower;
    private final Executor serial;
    private final BiConsumer<String, Throwable> fatal;
    private final Counter entries;
    private final List<ImageListener> listeners = new CopyOnWriteArrayList<>();
    private final Object order = new Object();
    private volatile ClusterImage image = ClusterImage.EMPTY;
    private volatile Leadership leadership = new Leadership(0, -1, false);

    /** The entry heard last. Confined to the calls of the quorum, which come one at a time. */
    private long heard;

    // guarded by order: the last entry applied, what was heard since, whoever waits for an entry,
    // and why none follows; the image is written under it
    private long applied;
    private final Deque<Heard> unapplied = new ArrayDeque<>();
    private final NavigableMap<Long, CompletableFuture<Void>> waiting = new TreeMap<>();
    private final NavigableMap<Long, CompletableFuture<Void>> followed = new TreeMap<>();
    private @Nullable IllegalStateException stopped;

    /**
     * What the quorum told.
     *
     * @param whole whether it is a snapshot, which replaces everything before it
     */
    private record Heard(long index, List<byte[]> records, boolean whole) {
        /** The image that it makes. */
        ClusterImage over(ClusterImage before) {
            return ImageDelta.replay(
                    whole ? ClusterImage.EMPTY : before, index, MetadataRecords.decode(records));
        }

        @Override
        public String toString() {
            return (whole ? "the snapshot as of entry " : "entry ") + index;
        }
    }

    /**
     * A publisher that nobody listens to yet.
     *
     * @param serial an executor of the publisher's own, which never runs two tasks at once; nothing
     *     bounds what waits there but the quorum: of the stored log as much as came after its last
     *     snapshot, and then what is committed while an entry is applied
     * @param fatal hears, once, why the broker cannot go on: an entry cannot be applied; or that
     *     the quorum failed
     */
    public MetadataPublisher(
            PartitionFollower follower,
            Executor serial,
            BiConsumer<String, Throwable> fatal,
            Metrics metrics) {
        this.follower = follower;
        this.serial = serial;
        this.fatal = fatal;
        entries =
                metrics.counter(
                        "metadata_entries_total", "Entries of the metadata log that were applied.");
        metrics.gauge("metadata_topics", "Topics in the cluster.", () -> image.topicCount());
        metrics.gauge(
                "metadata_partitions", "Partitions in the cluster.", () -> image.partitionCount());
    }

    /** Adds a listener; it hears what comes after. */
    public void listen(ImageListener listener) {
        listeners.add(listener);
    }

    /** The cluster as this broker knows it. */
    public ClusterImage image() {
        return image;
    }

    /** Who leads the quorum; the image may not have all that was committed before yet. */
    public Leadership leadership() {
        return leadership;
    }

    /** Whether this broker should serve a replica of a partition, and cannot. */
    public boolean isOffline(TopicId topic, TopicPartition partition) {
        return follower.isOffline(topic, partition);
    }

    /**
     * Completes when the entry of this index is applied and the partitions of this broker are as it
     * wants them; fails if no more entries are applied.
     */
    public CompletionStage<Void> applied(long index) {
        synchronized (order) {
            if (index <= applied) {
                CompletableFuture<Void> following = followed.get(index);
                return following == null ? CompletableFuture.completedStage(null) : following;
            }
            return stopped == null
                    ? waiting.computeIfAbsent(index, entry -> new CompletableFuture<>())
                    : CompletableFuture.failedStage(stopped);
        }
    }

    /**
     * Opens every partition of this broker, and from now on has them follow the image. To be called
     * once, when the stored metadata has been applied. Logs of deleted topics are removed; logs
     * that no topic knows are reported and left alone.
     */
    public CompletionStage<OpenedPartitions> openPartitions() {
        return follower.openPartitions();
    }

    @Override
    public void leadership(Leadership changed) {
        leadership = changed;
        long asOf = heard;
        listeners.forEach(listener -> listener.leadership(changed, asOf));
    }

    @Override
    public void committed(long index, int epoch, List<byte[]> records) {
        hear(new Heard(index, records, false));
    }

    @Override
    public void install(long index, int epoch, List<byte[]> records) {
        hear(new Heard(index, records, true));
    }

    private void hear(Heard next) {
        heard = next.index;
        synchronized (order) {
            if (stopped != null) {
                return;
            }
            unapplied.add(next);
        }
        serial.execute(() -> apply(next));
    }

    @Override
    public Supplier<List<byte[]>> snapshot() {
        ClusterImage base;
        List<Heard> since;
        IllegalStateException why;
        synchronized (order) {
            base = image;
            since = List.copyOf(unapplied);
            why = stopped;
        }
        if (why != null) {
            return () -> {
                throw why; // the image has less than was heard, and so would the snapshot
            };
        }
        return () -> {
            ClusterImage state = base;
            for (Heard entry : since) {
                state = entry.over(state);
            }
            return MetadataRecords.encode(ImageRecords.of(state), state.metadataLevel());
        };
    }

    @Override
    public void failed(String reason, Throwable cause) {
        fatal.accept(reason, cause);
    }

    /** Applies what the quorum told, unless something before it could not be. */
    private void apply(Heard next) {
        if (isStopped()) {
            return;
        }
        try {
            ClusterImage before = image;
            ClusterImage after = next.over(before);
            ImageChange change = ImageChange.between(before, after);
            reached(after, follower.follow(change));
            if (!next.whole) {
                entries.increment();
            }
            listeners.forEach(listener -> listener.changed(change));
        } catch (RuntimeException failure) {
            stop(
                    "applying " + next + " of the metadata log failed: " + failure.getMessage(),
                    failure);
        }
    }

    private boolean isStopped() {
        synchronized (order) {
            return stopped != null;
        }
    }

    private void reached(ClusterImage next, CompletionStage<Void> following) {
        long index = next.index();
        List<CompletableFuture<Void>> reached;
        synchronized (order) {
            image = next;
            applied = index;
            unapplied.remove();
            CompletableFuture<Void> end = following.toCompletableFuture();
            if (!end.isDone()) {
                followed.put(index, end);
            }
            NavigableMap<Long, CompletableFuture<Void>> upToHere = waiting.headMap(index, true);
            reached = new ArrayList<>(upToHere.values());
            upToHere.clear();
        }
        following.whenComplete((nothing, failure) -> {
            synchronized (order) {
                followed.remove(index);
            }
            reached.forEach(waiter -> waiter.complete(null));
        });
    }

    private void stop(String reason, RuntimeException cause) {
        List<CompletableFuture<Void>> unreached;
        IllegalStateException why = new IllegalStateException(reason, cause);
        synchronized (order) {
            stopped = why;
            unreached = new ArrayList<>(waiting.values());
            waiting.clear();
            unapplied.clear();
        }
        unreached.forEach(waiter -> waiter.completeExceptionally(why));
        fatal.accept(reason, cause);
    }
}
