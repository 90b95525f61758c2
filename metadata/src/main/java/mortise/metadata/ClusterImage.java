package mortise.metadata;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.BiConsumer;
import mortise.api.TopicId;
import mortise.metadata.config.DynamicConfigs;
import org.jspecify.annotations.Nullable;

/**
 * The state of the cluster as of one entry of the metadata log. Immutable; a changed image shares
 * what did not change.
 */
public final class ClusterImage implements DynamicConfigs {
    /** How many removed topics are remembered. */
    public static final int REMEMBERED_REMOVALS = 10_000;

    /** Nothing yet. */
    public static final ClusterImage EMPTY =
            new ClusterImage(
                    0,
                    "",
                    new java.util.TreeMap<>(),
                    ShardedMap.empty(),
                    ShardedMap.empty(),
                    ShardedMap.empty(),
                    Map.of(),
                    Map.of(),
                    0,
                    List.of(),
                    0);

    private final long index;
    private final String clusterId;
    private final SortedMap<Integer, BrokerImage> brokers;
    private final ShardedMap<String, TopicImage> topicsByName;
    private final ShardedMap<TopicId, TopicImage> topicsById;
    private final ShardedMap<String, String> topicsByMetricForm;
    private final Map<String, Map<String, String>> brokerConfigs;
    private final Map<String, Short> features;
    private final long nextProducerId;
    private final List<TopicId> removedTopics;
    private final int partitionCount;

    ClusterImage(
            long index,
            String clusterId,
            SortedMap<Integer, BrokerImage> brokers,
            ShardedMap<String, TopicImage> topicsByName,
            ShardedMap<TopicId, TopicImage> topicsById,
            ShardedMap<String, String> topicsByMetricForm,
            Map<String, Map<String, String>> brokerConfigs,
            Map<String, Short> features,
            long nextProducerId,
            List<TopicId> removedTopics,
            int partitionCount) {
        this.index = index;
        this.clusterId = clusterId;
        this.brokers = java.util.Collections.unmodifiableSortedMap(brokers);
        this.topicsByName = topicsByName;
        this.topicsById = topicsById;
        this.topicsByMetricForm = topicsByMetricForm;
        this.brokerConfigs = brokerConfigs;
        this.features = features;
        this.nextProducerId = nextProducerId;
        this.removedTopics = removedTopics;
        this.partitionCount = partitionCount;
    }

    /** The entry of the metadata log that it is the state of; 0 before the first. */
    public long index() {
        return index;
    }

    /** The cluster's ID; empty before the first broker registered. */
    public String clusterId() {
        return clusterId;
    }

    /** The registered brokers by ID. */
    public SortedMap<Integer, BrokerImage> brokers() {
        return brokers;
    }

    /** Whether the broker is registered and not fenced. */
    public boolean isLive(int brokerId) {
        BrokerImage broker = brokers.get(brokerId);
        return broker != null && !broker.fenced();
    }

    /** The topic of this name, or null. */
    public @Nullable TopicImage topic(String name) {
        return topicsByName.find(name);
    }

    /** The topic of this ID, or null. */
    public @Nullable TopicImage topic(TopicId id) {
        return topicsById.find(id);
    }

    /** All topics, in no order. */
    public Collection<TopicImage> topics() {
        return topicsByName.values();
    }

    /** How many topics there are. */
    public int topicCount() {
        return topicsByName.size();
    }

    /** How many partitions all topics have together. */
    public int partitionCount() {
        return partitionCount;
    }

    /**
     * The topic whose metric names this name would share without being its own; null if there is
     * none.
     */
    public @Nullable String collision(String name) {
        String other =
                TopicNames.canCollide(name)
                        ? topicsByMetricForm.find(TopicNames.metricForm(name))
                        : null;
        return name.equals(other) ? null : other;
    }

    /**
     * What was set for a broker while it ran, by Kafka's names; the resource is its ID, or empty
     * for all brokers.
     */
    @Override
    public Map<String, String> brokerConfigs(String resource) {
        return brokerConfigs.getOrDefault(resource, Map.of());
    }

    /** The finalised features by name. */
    public Map<String, Short> features() {
        return features;
    }

    /** The level of {@link MetadataRecords#FEATURE}: in which versions records are written. */
    public short metadataLevel() {
        return features.getOrDefault(MetadataRecords.FEATURE, MetadataRecords.LEAST_FEATURE_LEVEL);
    }

    /** The first producer ID that nobody has been given. */
    public long nextProducerId() {
        return nextProducerId;
    }

    /** The last removed topics, oldest first, {@link #REMEMBERED_REMOVALS} at most. */
    public List<TopicId> removedTopics() {
        return removedTopics;
    }

    Map<String, Map<String, String>> allBrokerConfigs() {
        return brokerConfigs;
    }

    ShardedMap<String, TopicImage> topicsByName() {
        return topicsByName;
    }

    ShardedMap<TopicId, TopicImage> topicsById() {
        return topicsById;
    }

    ShardedMap<String, String> topicsByMetricForm() {
        return topicsByMetricForm;
    }

    /** Hears every topic that differs, here and in a later image; null where it is missing. */
    void compareTopics(
            ClusterImage later, BiConsumer<@Nullable TopicImage, @Nullable TopicImage> difference) {
        topicsById.compare(later.topicsById, difference);
    }

    /** Equal in content; the index does not count. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ClusterImage image
                && clusterId.equals(image.clusterId)
                && brokers.equals(image.brokers)
                && topicsByName.equals(image.topicsByName)
                && topicsById.equals(image.topicsById)
                && topicsByMetricForm.equals(image.topicsByMetricForm)
                && brokerConfigs.equals(image.brokerConfigs)
                && features.equals(image.features)
                && nextProducerId == image.nextProducerId
                && removedTopics.equals(image.removedTopics)
                && partitionCount == image.partitionCount;
    }

    @Override
    public int hashCode() {
        return java.util.Objects.hash(
                clusterId, brokers, topicsByName, brokerConfigs, features, nextProducerId);
    }

    @Override
    public String toString() {
        return "cluster "
                + clusterId
                + " as of entry "
                + index
                + ": "
                + brokers.size()
                + " brokers, "
                + topicCount()
                + " topics, "
                + partitionCount
                + " partitions";
    }
}
