package mortise.metadata.kafka;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mortise.api.TopicId;
import mortise.metadata.kafka.KafkaTopic.KafkaPartition;
import mortise.metadata.kafka.record.KafkaConfigRecord;
import mortise.metadata.kafka.record.KafkaMetadataRecord;
import mortise.metadata.kafka.record.KafkaPartitionChangeRecord;
import mortise.metadata.kafka.record.KafkaPartitionRecord;
import mortise.metadata.kafka.record.KafkaProducerIdsRecord;
import mortise.metadata.kafka.record.KafkaRemoveTopicRecord;
import mortise.metadata.kafka.record.KafkaTopicRecord;
import org.jspecify.annotations.Nullable;

/**
 * The topics of an Apache Kafka cluster, as the records of its metadata log make them one after the
 * other: those of a snapshot, then those of the log behind it. Confined to one thread.
 *
 * <p>Records between the begin and the end of a metadata transaction (KIP-868) count once it ends,
 * and not if it is aborted or never ends. Records that say nothing of topics are passed over; a
 * type or a version that this class does not know is refused, for nobody can tell what it says.
 */
public final class KafkaClusterMetadata {
    private static final byte TOPIC_CONFIG = 2;
    private static final byte BROKER_CONFIG = 4;
    private static final int LEADER_UNCHANGED = -2;

    private final Map<TopicId, Draft> topics = new HashMap<>();
    private final Map<String, Map<String, String>> topicConfigs = new HashMap<>();
    private final Map<String, Map<String, String>> brokerConfigs = new TreeMap<>();
    private @Nullable List<KafkaMetadataRecord> transaction;
    private long nextProducerId;

    /** A cluster without topics. */
    public KafkaClusterMetadata() {}

    /** A topic as far as its records were read. */
    private record Draft(String name, Map<Integer, KafkaPartition> partitions) {}

    /**
     * Takes the next record.
     *
     * @param frame the value of a record of the metadata log, from position to limit; not kept
     * @throws UnreadableKafkaMetadataException if it cannot be read or contradicts those before it
     */
    public void record(ByteBuffer frame) {
        switch (KafkaRecordFrame.of(frame)) {
            case KafkaRecordFrame.Other _ -> {}
            case KafkaRecordFrame.Begin _ -> transaction = new ArrayList<>();
            case KafkaRecordFrame.Abort _ -> transaction = null;
            case KafkaRecordFrame.End _ -> {
                List<KafkaMetadataRecord> ended = transaction;
                transaction = null;
                if (ended != null) {
                    ended.forEach(this::replay);
                }
            }
            case KafkaRecordFrame.Said(KafkaMetadataRecord record) -> {
                if (transaction == null) {
                    replay(record);
                } else {
                    transaction.add(record);
                }
            }
        }
    }

    private void replay(KafkaMetadataRecord any) {
        switch (any) {
            case KafkaTopicRecord record ->
                    topics.put(
                            new TopicId(record.topicId()),
                            new Draft(record.name(), new TreeMap<>()));
            case KafkaRemoveTopicRecord record -> {
                Draft removed = topics.remove(new TopicId(record.topicId()));
                if (removed != null) {
                    topicConfigs.remove(removed.name);
                }
            }
            case KafkaPartitionRecord record ->
                    topic(record.topicId(), record.partitionId())
                            .partitions
                            .put(
                                    record.partitionId(),
                                    new KafkaPartition(
                                            record.partitionId(),
                                            record.replicas(),
                                            record.leader(),
                                            record.leaderEpoch()));
            case KafkaPartitionChangeRecord record -> change(record);
            case KafkaConfigRecord record -> configure(record);
            case KafkaProducerIdsRecord record ->
                    nextProducerId = Math.max(nextProducerId, record.nextProducerId());
        }
    }

    private void change(KafkaPartitionChangeRecord record) {
        Map<Integer, KafkaPartition> partitions =
                topic(record.topicId(), record.partitionId()).partitions;
        KafkaPartition before = partitions.get(record.partitionId());
        if (before == null || before.leaderEpoch() == Integer.MAX_VALUE) {
            throw contradiction(record.topicId(), record.partitionId());
        }
        List<Integer> replicas = record.replicas();
        boolean led = record.leader() != LEADER_UNCHANGED;
        partitions.put(
                record.partitionId(),
                new KafkaPartition(
                        before.index(),
                        replicas == null ? before.replicas() : replicas,
                        led ? record.leader() : before.leader(),
                        led ? before.leaderEpoch() + 1 : before.leaderEpoch()));
    }

    private void configure(KafkaConfigRecord record) {
        Map<String, Map<String, String>> all =
                switch (record.resourceType()) {
                    case TOPIC_CONFIG -> topicConfigs;
                    case BROKER_CONFIG -> brokerConfigs;
                    default -> null;
                };
        if (all == null) {
            return;
        }
        Map<String, String> values =
                all.computeIfAbsent(record.resourceName(), name -> new TreeMap<>());
        String value = record.value();
        if (value == null) {
            values.remove(record.name());
        } else {
            values.put(record.name(), value);
        }
    }

    private Draft topic(java.util.UUID id, int partition) {
        Draft topic = topics.get(new TopicId(id));
        if (topic == null || partition < 0) {
            throw contradiction(id, partition);
        }
        return topic;
    }

    private static UnreadableKafkaMetadataException contradiction(
            java.util.UUID topic, int partition) {
        return new UnreadableKafkaMetadataException(
                "a record changes partition "
                        + partition
                        + " of topic "
                        + new TopicId(topic)
                        + ", which no record before it has made, or which can take no more changes");
    }

    /**
     * The topics, by name.
     *
     * @throws UnreadableKafkaMetadataException if one lacks a partition
     */
    public List<KafkaTopic> topics() {
        List<KafkaTopic> found = new ArrayList<>();
        topics.forEach((id, draft) -> {
            int expected = 0;
            for (int index : draft.partitions.keySet()) {
                if (index != expected++) {
                    throw new UnreadableKafkaMetadataException(
                            "topic "
                                    + draft.name
                                    + " has a partition "
                                    + index
                                    + " and no partition "
                                    + (expected - 1));
                }
            }
            found.add(
                    new KafkaTopic(
                            draft.name,
                            id,
                            List.copyOf(draft.partitions.values()),
                            topicConfigs.getOrDefault(draft.name, Map.of())));
        });
        found.sort(Comparator.comparing(KafkaTopic::name));
        return found;
    }

    /** Producer IDs below this one are given out. */
    public long nextProducerId() {
        return nextProducerId;
    }

    /**
     * What is configured for brokers: by broker number, or empty for all brokers, and then by name.
     */
    public Map<String, Map<String, String>> brokerConfigs() {
        Map<String, Map<String, String>> set = new TreeMap<>();
        brokerConfigs.forEach((broker, values) -> {
            if (!values.isEmpty()) {
                set.put(broker, Map.copyOf(values));
            }
        });
        return set;
    }
}
