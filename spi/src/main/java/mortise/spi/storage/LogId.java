package mortise.spi.storage;

import java.util.Objects;
import mortise.api.TopicId;
import mortise.api.TopicPartition;

/** Which log: a partition, and the topic's ID, so that a topic created again is another log. */
public record LogId(TopicId topicId, TopicPartition partition) {
    public LogId {
        Objects.requireNonNull(topicId, "topicId");
        Objects.requireNonNull(partition, "partition");
    }

    @Override
    public String toString() {
        return partition + " (" + topicId + ")";
    }
}
