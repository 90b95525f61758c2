package mortise.metadata;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mortise.api.TopicId;
import mortise.metadata.config.ConfigResource;
import mortise.metadata.record.ClusterRecord;
import mortise.metadata.record.ConfigRecord;
import mortise.metadata.record.FeatureLevelRecord;
import mortise.metadata.record.PartitionRecord;
import mortise.metadata.record.ProducerIdsRecord;
import mortise.metadata.record.RegisterBrokerRecord;
import mortise.metadata.record.RemoveTopicRecord;
import mortise.metadata.record.TopicRecord;
import mortise.wire.ApiMessage;

/**
 * An image as the records that rebuild it: the content of a snapshot, in an order that depends on
 * the image only.
 */
public final class ImageRecords {
    private ImageRecords() {}

    /** The records that make this image of the empty one. */
    public static List<ApiMessage> of(ClusterImage image) {
        List<ApiMessage> records = new ArrayList<>();
        if (!image.clusterId().isEmpty()) {
            records.add(new ClusterRecord().clusterId(image.clusterId()));
        }
        new TreeMap<>(image.features())
                .forEach((name, level) ->
                        records.add(new FeatureLevelRecord().name(name).level(level)));
        image.brokers().values().forEach(broker -> records.add(broker(broker)));
        // Removals come before the topics, as they came in the log: an ID is never used again.
        image.removedTopics()
                .forEach(id -> records.add(new RemoveTopicRecord().topicId(id.value())));
        image.topics().stream()
                .sorted(Comparator.comparing(TopicImage::name))
                .forEach(topic -> addTopic(topic, records));
        new TreeMap<>(image.allBrokerConfigs())
                .forEach((resource, values) ->
                        addConfigs(ConfigResource.BROKER, resource, values, records));
        if (image.nextProducerId() > 0) {
            records.add(
                    new ProducerIdsRecord()
                            .brokerId(-1)
                            .brokerEpoch(-1)
                            .nextProducerId(image.nextProducerId()));
        }
        return records;
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

    private static void addTopic(TopicImage topic, List<ApiMessage> records) {
        records.add(new TopicRecord().name(topic.name()).topicId(topic.id().value()));
        topic.partitions().forEach(partition -> records.add(partition(topic.id(), partition)));
        addConfigs(ConfigResource.TOPIC, topic.name(), topic.configs(), records);
    }

    /** A partition's whole state. */
    public static PartitionRecord partition(TopicId topic, PartitionImage partition) {
        return new PartitionRecord()
                .topicId(topic.value())
                .partition(partition.partition())
                .replicas(partition.replicas())
                .isr(partition.isr())
                .leader(partition.leader())
                .leaderEpoch(partition.leaderEpoch())
                .partitionEpoch(partition.partitionEpoch());
    }

    private static void addConfigs(
            ConfigResource type,
            String resource,
            Map<String, String> values,
            List<ApiMessage> records) {
        values.forEach((name, value) ->
                records.add(
                        new ConfigRecord()
                                .resourceType(type.code())
                                .resourceName(resource)
                                .name(name)
                                .value(value)));
    }
}
