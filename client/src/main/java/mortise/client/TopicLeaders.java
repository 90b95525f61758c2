package mortise.client;

import java.util.List;
import mortise.api.ErrorCode;
import mortise.api.ForeignText;
import mortise.wire.ApiKey;
import mortise.wire.message.MetadataResponse;

/**
 * A topic and where its partitions are led, as the metadata said when it was last asked: when this
 * was made, and again when a leader turned out to be another. Confined to one thread.
 */
final class TopicLeaders {
    private final Cluster cluster;
    private final String name;
    private MetadataResponse metadata;
    private boolean outdated;

    private TopicLeaders(Cluster cluster, String name, MetadataResponse metadata) {
        this.cluster = cluster;
        this.name = name;
        this.metadata = metadata;
    }

    /**
     * A topic that is there, or that the broker may create.
     *
     * @throws BrokerErrorException if it is not there
     */
    static TopicLeaders find(Cluster cluster, String name, boolean create, Deadline deadline) {
        Attempts attempts = cluster.attempts(deadline);
        while (true) {
            MetadataResponse metadata =
                    cluster.asking(
                            deadline, () -> cluster.metadata(List.of(name), create, deadline));
            try {
                TopicLeaders found = new TopicLeaders(cluster, name, metadata);
                found.topic(deadline);
                return found;
            } catch (BrokerErrorException refused) {
                boolean missing = refused.error() == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
                if (missing && !create) {
                    throw refused;
                }
                attempts.pauseAfter(refused);
            }
        }
    }

    /** The topic as it was when the metadata was last asked for. */
    MetadataResponse.MetadataResponseTopic topic(Deadline deadline) {
        if (metadata.topics().isEmpty()) {
            throw ConnectionFailedException.incomplete(
                    cluster.anyBroker(deadline).address(), ApiKey.METADATA, "topic " + name);
        }
        MetadataResponse.MetadataResponseTopic topic = metadata.topics().getFirst();
        BrokerErrorException.checkTopic(topic.errorCode(), name);
        return topic;
    }

    /** What is known is not true any more: the next question asks the cluster first. */
    void outdate() {
        outdated = true;
    }

    /**
     * A connection to the broker that leads a partition. Asks once, if at all.
     *
     * @throws BrokerErrorException if there is no such partition or it has no leader
     */
    BrokerConnection leader(int partition, Deadline deadline) {
        if (outdated) {
            metadata = cluster.metadata(List.of(name), false, deadline);
            outdated = false;
        }
        MetadataResponse.MetadataResponseTopic topic = topic(deadline);
        MetadataResponse.MetadataResponsePartition found =
                topic.partitions().stream()
                        .filter(candidate -> candidate.partitionIndex() == partition)
                        .findFirst()
                        .orElseThrow(() -> noPartition(partition, topic));
        BrokerErrorException.check(found.errorCode(), "partition " + name + "-" + partition, null);
        return cluster.broker(metadata, found.leaderId(), deadline);
    }

    private BrokerErrorException noPartition(
            int partition, MetadataResponse.MetadataResponseTopic topic) {
        return new BrokerErrorException(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                "topic "
                        + ForeignText.of(name)
                        + " has no partition "
                        + partition
                        + "; it has "
                        + topic.partitions().size());
    }
}
