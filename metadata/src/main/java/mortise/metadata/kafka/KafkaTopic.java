package mortise.metadata.kafka;

import java.util.List;
import java.util.Map;
import mortise.api.TopicId;

/**
 * A topic of an Apache Kafka cluster.
 *
 * @param partitions by index, without gaps
 * @param configs what is configured for this topic, by name
 */
public record KafkaTopic(
        String name, TopicId id, List<KafkaPartition> partitions, Map<String, String> configs) {
    public KafkaTopic {
        partitions = List.copyOf(partitions);
        configs = Map.copyOf(configs);
    }

    /**
     * A partition.
     *
     * @param replicas the brokers that hold it, the preferred leader first
     * @param leader the leading broker, or -1
     * @param leaderEpoch the newest that the metadata knows
     */
    public record KafkaPartition(int index, List<Integer> replicas, int leader, int leaderEpoch) {
        public KafkaPartition {
            replicas = List.copyOf(replicas);
        }
    }
}
