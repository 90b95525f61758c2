package mortise.broker.fetch;

import mortise.api.Clock;
import mortise.api.ErrorCode;
import mortise.api.Timers;
import mortise.api.metrics.Metrics;
import mortise.broker.partition.LocalTopic;
import mortise.broker.partition.Partition;
import mortise.broker.partition.Partitions;
import mortise.broker.request.Access;
import mortise.broker.request.BrokerEndpoints;
import mortise.broker.runtime.Blocking;
import org.jspecify.annotations.Nullable;

/**
 * Where fetches get what they answer with.
 *
 * @param endpoints where other leaders are
 * @param blocking where logs are read that may be cold
 */
public record FetchSources(
        Partitions partitions,
        Access access,
        BrokerEndpoints endpoints,
        Blocking blocking,
        Clock clock,
        Timers timers,
        Metrics metrics) {
    @Nullable LocalTopic topic(FetchTopicKey key) {
        return key.byId() ? partitions.find(key.id()) : partitions.find(key.name());
    }

    @Nullable Partition find(FetchTopicKey key, int index) {
        LocalTopic topic = topic(key);
        return topic == null ? null : topic.partition(index);
    }

    /** The error for a partition that {@link #find} does not find. */
    ErrorCode absence(FetchTopicKey key, int index) {
        LocalTopic topic = topic(key);
        if (topic != null) {
            return topic.absence(index);
        }
        return key.byId() ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    }
}
