package mortise.metadata;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import mortise.api.TopicId;
import mortise.metadata.config.ConfigResource;
import mortise.metadata.record.ClusterRecord;
import mortise.metadata.record.ConfigRecord;
import mortise.metadata.record.FeatureLevelRecord;
import mortise.metadata.record.MetadataRecord;
import mortise.metadata.record.MetadataRecordType;
import mortise.metadata.record.PartitionChangeRecord;
import mortise.metadata.record.PartitionRecord;
import mortise.metadata.record.ProducerIdsRecord;
import mortise.metadata.record.RegisterBrokerRecord;
import mortise.metadata.record.RemoveTopicRecord;
import mortise.metadata.record.TopicRecord;

/**
 * An image as the records that rebuild it: the content of a snapshot, in an order that depends on
 * the image only.
 */
public final class ImageRecords {
    private ImageRecords() {}

    /** The records that make this image of the empty one. */
    public static List<MetadataRecord> of(ClusterImage image) {
        List<MetadataRecord> records = new ArrayList<>();
        for (MetadataRecordType type : MetadataRecordType.values()) {
            add(type, image, records);
        }
        return records;
    }

    /** What records of this type say of the image: every type says its part, or why it has none. */
    private static void add(
            MetadataRecordType type, ClusterImage image, List<MetadataRecord> records) {
        switch (type) {
            case CLUSTER_RECORD -> {
                if (!image.clusterId().isEmpty()) {
                    records.add(new ClusterRecord().clusterId(image.clusterId()));
                }
            }
            case FEATURE_LEVEL_RECORD ->
                    new TreeMap<>(image.features())
                            .forEach((name, level) ->
                                    records.add(new FeatureLevelRecord().name(name).level(level)));
            case REGISTER_BROKER_RECORD ->
                    image.brokers().values().forEach(broker -> records.add(broker(broker)));
            case BROKER_FENCING_RECORD -> {
                // a registration says whether the broker is fenced
            }
            case TOPIC_RECORD ->
                    eachTopic(
                            image,
                            topic ->
                                    records.add(
                                            new TopicRecord()
                                                    .name(topic.name())
                                                    .topicId(topic.id().value())));
            case REMOVE_TOPIC_RECORD ->
                    // an ID is never used again, so none of them is that of a topic above
                    image.removedTopics()
                            .forEach(
                                    id -> records.add(new RemoveTopicRecord().topicId(id.value())));
            case PARTITION_RECORD ->
                    eachTopic(
                            image,
                            topic ->
                                    topic.partitions()
                                            .forEach(partition ->
                                                    records.add(partition(topic.id(), partition))));
            case PARTITION_CHANGE_RECORD -> {
                // a partition's record says all that it is
            }
            case CONFIG_RECORD -> {
                eachTopic(
                        image,
                        topic ->
                                addConfigs(
                                        ConfigResource.TOPIC,
                                        topic.name(),
                                        topic.configs(),
                                        records));
                new TreeMap<>(image.allBrokerConfigs())
                        .forEach((resource, values) ->
                                addConfigs(ConfigResource.BROKER, resource, values, records));
            }
            case PRODUCER_IDS_RECORD -> {
                if (image.nextProducerId() > 0) {
                    records.add(
                            new ProducerIdsRecord()
                                    .brokerId(-1)
                                    .brokerEpoch(-1)
                                    .nextProducerId(image.nextProducerId()));
                }
            }
        }
    }

    private static void eachTopic(ClusterImage image, Consumer<TopicImage> action) {
        image.topics().stream().sorted(Comparator.comparing(TopicImage::name)).forEach(action);
    }

    private static RegisterBrokerRecord broker(BrokerImage broker) {
        return new RegisterBrokerRecord()
                .brokerId(broker.id())
                .incarnationId(broker.incarnation())
                .brokerEpoch(broker.epoch())
                .fenced(broker.fenced())
                .rack(broker.rack())
                .endpoints(
                        broker.endpoints().stream()
                                .map(endpoint ->
                                        new RegisterBrokerRecord.BrokerEndpoint()
                                                .name(endpoint.listener())
                                                .host(endpoint.address().host())
                                                .port(endpoint.address().port()))
                                .toList());
    }

    /** A partition's whole state. */
    public static PartitionRecord partition(TopicId topic, PartitionImage partition) {
        return new PartitionRecord()
                .topicId(topic.value())
                .partition(partition.partition())
                .replicas(partition.replicas())
                .isr(partition.isr())
                .eligibleLeaders(partition.eligibleLeaders())
                .leader(partition.leader())
                .leaderEpoch(partition.leaderEpoch())
                .partitionEpoch(partition.partitionEpoch());
    }

    /** What a partition that is there becomes. */
    public static PartitionChangeRecord change(TopicId topic, PartitionImage after) {
        return new PartitionChangeRecord()
                .topicId(topic.value())
                .partition(after.partition())
                .replicas(after.replicas())
                .isr(after.isr())
                .eligibleLeaders(after.eligibleLeaders())
                .leader(after.leader())
                .leaderEpoch(after.leaderEpoch())
                .partitionEpoch(after.partitionEpoch());
    }

    private static void addConfigs(
            ConfigResource type,
            String resource,
            Map<String, String> values,
            List<MetadataRecord> records) {
        values.forEach((name, value) ->
                records.add(
                        new ConfigRecord()
                                .resourceType(type.code())
                                .resourceName(resource)
                                .name(name)
                                .value(value)));
    }
}
