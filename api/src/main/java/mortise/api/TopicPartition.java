package mortise.api;

import java.util.Objects;

/**
 * A partition by its topic's name.
 *
 * @param partition the index within the topic, from 0
 */
public record TopicPartition(String topic, int partition) implements Comparable<TopicPartition> {
    public TopicPartition {
        Objects.requireNonNull(topic, "topic");
        if (partition < 0) {
            throw new IllegalArgumentException(
                    "partition " + partition + " of " + topic + " is negative");
        }
    }

    @Override
    public int compareTo(TopicPartition other) {
        int byTopic = topic.compareTo(other.topic);
        return byTopic != 0 ? byTopic : Integer.compare(partition, other.partition);
    }

    /** {@code topic-partition}, as directories and log lines name it. */
    @Override
    public String toString() {
        return topic + "-" + partition;
    }
}
