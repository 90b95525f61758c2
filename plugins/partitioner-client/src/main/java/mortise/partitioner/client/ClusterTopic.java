package mortise.partitioner.client;

import mortise.spi.partition.TopicView;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** A topic as the Java producer's metadata has it. */
record ClusterTopic(Cluster cluster, String name, int partitionCount) implements TopicView {
    static ClusterTopic of(Cluster cluster, String topic) {
        Integer count = cluster.partitionCountForTopic(topic);
        if (count == null || count < 1) {
            throw new KafkaException(
                    "the producer knows no partition of topic "
                            + topic
                            + "; it must have fetched the topic's metadata");
        }
        return new ClusterTopic(cluster, topic, count);
    }

    @Override
    public boolean hasLeader(int partition) {
        return cluster.leaderFor(new TopicPartition(name, partition)) != null;
    }
}
