package mortise.metadata;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import mortise.api.HostPort;
import mortise.api.TopicId;
import mortise.metadata.config.ConfigResource;
import mortise.metadata.record.BrokerFencingRecord;
import mortise.metadata.record.ClusterRecord;
import mortise.metadata.record.ConfigRecord;
import mortise.metadata.record.FeatureLevelRecord;
import mortise.metadata.record.MetadataRecord;
import mortise.metadata.record.PartitionChangeRecord;
import mortise.metadata.record.PartitionRecord;
import mortise.metadata.record.ProducerIdsRecord;
import mortise.metadata.record.RegisterBrokerRecord;
import mortise.metadata.record.RemoveTopicRecord;
import mortise.metadata.record.TopicRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records being replayed over an image. Confined to whoever made it; used once.
 *
 * <p>Replay is deterministic: every broker gets the same image from the same records. A record that
 * contradicts the state before it is a damaged log, and throws {@link IllegalStateException}.
 */
public final class ImageDelta {
    private final ClusterImage base;
    private final Map<TopicId, @Nullable TopicDraft> drafts = new LinkedHashMap<>();
    private final Map<String, @Nullable TopicId> names = new HashMap<>();
    private final SortedMap<Integer, BrokerImage> brokers;
    private final Map<String, Map<String, String>> brokerConfigs;
    private final Map<String, Short> features;
    private final List<TopicId> removed = new ArrayList<>();
    private String clusterId;
    private long nextProducerId;

    /** Over this image. */
    public ImageDelta(ClusterImage base) {
        this.base = base;
        clusterId = base.clusterId();
        brokers = new TreeMap<>(base.brokers());
        brokerConfigs = new HashMap<>(base.allBrokerConfigs());
        features = new HashMap<>(base.features());
        nextProducerId = base.nextProducerId();
    }

    /** The image that these records make of another one. */
    public static ClusterImage replay(
            ClusterImage base, long index, Iterable<? extends MetadataRecord> records) {
        ImageDelta delta = new ImageDelta(base);
        records.forEach(delta::replay);
        return delta.image(index);
    }

    /** Replays one record. */
    public void replay(MetadataRecord any) {
        switch (any) {
            case ClusterRecord record -> clusterId = record.clusterId();
            case FeatureLevelRecord record -> replayFeature(record);
            case RegisterBrokerRecord record -> brokers.put(record.brokerId(), registered(record));
            case BrokerFencingRecord record -> replayFencing(record);
            case TopicRecord record -> replayTopic(record);
            case RemoveTopicRecord record -> replayRemoval(record);
            case PartitionRecord record -> replayPartition(record);
            case PartitionChangeRecord record -> replayPartitionChange(record);
            case ConfigRecord record -> replayConfig(record);
            case ProducerIdsRecord record -> nextProducerId = record.nextProducerId();
        }
    }

    private void replayFeature(FeatureLevelRecord record) {
        if (record.name().equals(MetadataRecords.FEATURE)
                && record.level() > MetadataRecords.FEATURE_LEVEL) {
            throw MetadataRecords.newer(
                    MetadataRecords.FEATURE + " at level " + record.level(),
                    "levels up to " + MetadataRecords.FEATURE_LEVEL);
        }
        if (record.level() == 0) {
            features.remove(record.name());
        } else {
            features.put(record.name(), record.level());
        }
    }

    private static BrokerImage registered(RegisterBrokerRecord record) {
        return new BrokerImage(
                record.brokerId(),
                record.incarnationId(),
                record.brokerEpoch(),
                record.fenced(),
                record.rack(),
                record.endpoints().stream()
                        .map(endpoint ->
                                new BrokerImage.Endpoint(
                                        endpoint.name(),
                                        new HostPort(endpoint.host(), endpoint.port())))
                        .toList());
    }

    private void replayFencing(BrokerFencingRecord record) {
        BrokerImage broker = brokers.get(record.brokerId());
        if (broker == null || broker.epoch() != record.brokerEpoch()) {
            throw contradiction(
                    "fencing",
                    "broker " + record.brokerId() + " with epoch " + record.brokerEpoch());
        }
        brokers.put(
                broker.id(),
                new BrokerImage(
                        broker.id(),
                        broker.incarnation(),
                        broker.epoch(),
                        record.fenced(),
                        broker.rack(),
                        broker.endpoints()));
    }

    private void replayTopic(TopicRecord record) {
        TopicId id = new TopicId(record.topicId());
        if (topicId(record.name()) != null || draft(id) != null) {
            throw new IllegalStateException(
                    "replaying metadata: topic "
                            + record.name()
                            + " ("
                            + id
                            + ") is created, but its name or ID is already there");
        }
        drafts.put(id, new TopicDraft(record.name(), id, List.of(), Map.of()));
        names.put(record.name(), id);
    }

    private void replayRemoval(RemoveTopicRecord record) {
        TopicId id = new TopicId(record.topicId());
        TopicDraft draft = draft(id);
        if (draft != null) {
            names.put(draft.name, null);
            drafts.put(id, null);
        }
        removed.add(id);
    }

    private void replayPartition(PartitionRecord record) {
        TopicDraft topic = requireDraft(record.topicId());
        PartitionImage image =
                new PartitionImage(
                        record.partition(),
                        record.replicas(),
                        record.isr(),
                        record.eligibleLeaders(),
                        record.leader(),
                        record.leaderEpoch(),
                        record.partitionEpoch());
        if (record.partition() == topic.partitions.size()) {
            topic.partitions.add(image);
        } else if (record.partition() >= 0 && record.partition() < topic.partitions.size()) {
            topic.partitions.set(record.partition(), image);
        } else {
            throw contradiction(
                    "partition " + record.partition() + " of " + topic.name,
                    "partition " + (record.partition() - 1));
        }
    }

    private void replayPartitionChange(PartitionChangeRecord record) {
        TopicDraft topic = requireDraft(record.topicId());
        if (record.partition() < 0 || record.partition() >= topic.partitions.size()) {
            throw contradiction("a partition's change", topic.name + "-" + record.partition());
        }
        PartitionImage before = topic.partitions.get(record.partition());
        topic.partitions.set(
                record.partition(),
                new PartitionImage(
                        before.partition(),
                        said(record.replicas(), before.replicas()),
                        said(record.isr(), before.isr()),
                        said(record.eligibleLeaders(), before.eligibleLeaders()),
                        record.leader(),
                        said(record.leaderEpoch(), before.leaderEpoch() + 1),
                        said(record.partitionEpoch(), before.partitionEpoch() + 1)));
    }

    private static List<Integer> said(@Nullable List<Integer> brokers, List<Integer> otherwise) {
        return brokers == null ? otherwise : brokers;
    }

    private static int said(int epoch, int otherwise) {
        return epoch == -1 ? otherwise : epoch;
    }

    private void replayConfig(ConfigRecord record) {
        if (record.resourceType() == ConfigResource.TOPIC.code()) {
            TopicId id = topicId(record.resourceName());
            if (id == null) {
                throw contradiction("a configuration", "topic " + record.resourceName());
            }
            set(requireDraft(id.value()).configs, record);
        } else if (record.resourceType() == ConfigResource.BROKER.code()) {
            Map<String, String> values =
                    new TreeMap<>(brokerConfigs.getOrDefault(record.resourceName(), Map.of()));
            set(values, record);
            if (values.isEmpty()) {
                brokerConfigs.remove(record.resourceName());
            } else {
                brokerConfigs.put(record.resourceName(), values);
            }
        } else {
            throw contradiction("a configuration", "resource type " + record.resourceType());
        }
    }

    private static void set(Map<String, String> values, ConfigRecord record) {
        String value = record.value();
        if (value == null) {
            values.remove(record.name());
        } else {
            values.put(record.name(), value);
        }
    }

    private @Nullable TopicId topicId(String name) {
        if (names.containsKey(name)) {
            return names.get(name);
        }
        TopicImage topic = base.topic(name);
        return topic == null ? null : topic.id();
    }

    private @Nullable TopicDraft draft(TopicId id) {
        if (drafts.containsKey(id)) {
            return drafts.get(id);
        }
        TopicImage topic = base.topic(id);
        if (topic == null) {
            return null;
        }
        TopicDraft draft = new TopicDraft(topic.name(), id, topic.partitions(), topic.configs());
        drafts.put(id, draft);
        return draft;
    }

    private TopicDraft requireDraft(java.util.UUID topicId) {
        TopicDraft draft = draft(new TopicId(topicId));
        if (draft == null) {
            throw contradiction("a record", "topic " + new TopicId(topicId));
        }
        return draft;
    }

    private static IllegalStateException contradiction(String what, String missing) {
        return new IllegalStateException(
                "replaying metadata: "
                        + what
                        + " refers to "
                        + missing
                        + ", which is not there; the metadata log is damaged");
    }

    /** The image after the records, as of this entry of the log. */
    public ClusterImage image(long index) {
        Map<TopicId, @Nullable TopicImage> byId = new HashMap<>();
        Map<String, @Nullable TopicImage> byName = new HashMap<>();
        Map<String, @Nullable String> byMetricForm = new HashMap<>();
        int partitions = base.partitionCount();
        for (Map.Entry<TopicId, @Nullable TopicDraft> entry : drafts.entrySet()) {
            TopicDraft draft = entry.getValue();
            TopicImage before = base.topic(entry.getKey());
            if (before != null) {
                partitions -= before.partitions().size();
                if (draft == null) {
                    byName.putIfAbsent(before.name(), null);
                    if (TopicNames.canCollide(before.name())) {
                        byMetricForm.putIfAbsent(TopicNames.metricForm(before.name()), null);
                    }
                }
            }
            byId.put(entry.getKey(), null);
            if (draft != null) {
                TopicImage topic =
                        new TopicImage(draft.name, draft.id, draft.partitions, draft.configs);
                partitions += topic.partitions().size();
                byId.put(topic.id(), topic);
                byName.put(topic.name(), topic);
                if (TopicNames.canCollide(topic.name())) {
                    byMetricForm.put(TopicNames.metricForm(topic.name()), topic.name());
                }
            }
        }
        return new ClusterImage(
                index,
                clusterId,
                brokers,
                base.topicsByName().with(byName),
                base.topicsById().with(byId),
                base.topicsByMetricForm().with(byMetricForm),
                Map.copyOf(brokerConfigs),
                Map.copyOf(features),
                nextProducerId,
                remembered(),
                partitions);
    }

    private List<TopicId> remembered() {
        if (removed.isEmpty()) {
            return base.removedTopics();
        }
        List<TopicId> all = new ArrayList<>(base.removedTopics());
        all.addAll(removed);
        int excess = Math.max(0, all.size() - ClusterImage.REMEMBERED_REMOVALS);
        return List.copyOf(all.subList(excess, all.size()));
    }

    /** A topic while records change it. */
    private static final class TopicDraft {
        final String name;
        final TopicId id;
        final List<PartitionImage> partitions;
        final Map<String, String> configs;

        TopicDraft(
                String name,
                TopicId id,
                List<PartitionImage> partitions,
                Map<String, String> configs) {
            this.name = name;
            this.id = id;
            this.partitions = new ArrayList<>(partitions);
            this.configs = new TreeMap<>(configs);
        }
    }
}
