package mortise.client;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import mortise.wire.ApiKey;
import mortise.wire.message.CreatePartitionsRequest;
import mortise.wire.message.CreatePartitionsResponse;
import mortise.wire.message.CreateTopicsRequest;
import mortise.wire.message.CreateTopicsResponse;
import mortise.wire.message.DeleteTopicsRequest;
import mortise.wire.message.DeleteTopicsResponse;
import mortise.wire.message.MetadataResponse;
import org.jspecify.annotations.Nullable;

/**
 * Creating, listing, changing and deleting topics. Every method throws {@link BrokerErrorException}
 * with the broker's words if it is refused.
 */
public final class Topics {
    private final Cluster cluster;

    /** The topics of a cluster. */
    public Topics(Cluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Creates a topic.
     *
     * @param partitions how many, or -1 for the broker's default
     * @param replicationFactor how many replicas each, or -1 for the broker's default
     */
    public CreateTopicsResponse.CreatableTopicResult create(
            String name, int partitions, int replicationFactor, Map<String, String> configs) {
        List<CreateTopicsRequest.CreatableTopicConfig> wanted =
                configs.entrySet().stream()
                        .map(entry ->
                                new CreateTopicsRequest.CreatableTopicConfig()
                                        .name(entry.getKey())
                                        .value(entry.getValue()))
                        .toList();
        CreateTopicsRequest.CreatableTopic topic =
                new CreateTopicsRequest.CreatableTopic()
                        .name(name)
                        .numPartitions(partitions)
                        .replicationFactor((short) replicationFactor)
                        .configs(wanted);
        Deadline deadline = cluster.deadline();
        String change = "creating topic " + name;
        return cluster.changing(
                deadline,
                change,
                ApiKey.CREATE_TOPICS,
                controller ->
                        new CreateTopicsRequest()
                                .timeoutMs(deadline.remainingMillis())
                                .topics(List.of(topic)),
                CreateTopicsResponse.class,
                (controller, answer) -> {
                    CreateTopicsResponse.CreatableTopicResult result =
                            Answers.only(answer.topics(), controller, ApiKey.CREATE_TOPICS, name);
                    BrokerErrorException.check(result.errorCode(), change, result.errorMessage());
                    return result;
                });
    }

    /** All topics, by name. */
    public List<MetadataResponse.MetadataResponseTopic> list() {
        return cluster.metadata(null, false).topics().stream()
                .sorted((left, right) ->
                        Objects.toString(left.name()).compareTo(Objects.toString(right.name())))
                .toList();
    }

    /** One topic. */
    public MetadataResponse.MetadataResponseTopic describe(String name) {
        Deadline deadline = cluster.deadline();
        return TopicLeaders.find(cluster, name, false, deadline).topic(deadline);
    }

    /** Grows a topic to {@code count} partitions. */
    public void grow(String name, int count) {
        CreatePartitionsRequest.CreatePartitionsTopic topic =
                new CreatePartitionsRequest.CreatePartitionsTopic()
                        .name(name)
                        .count(count)
                        .assignments(null);
        Deadline deadline = cluster.deadline();
        String change = "growing topic " + name;
        cluster.changing(
                deadline,
                change,
                ApiKey.CREATE_PARTITIONS,
                controller ->
                        new CreatePartitionsRequest()
                                .timeoutMs(deadline.remainingMillis())
                                .topics(List.of(topic)),
                CreatePartitionsResponse.class,
                (controller, answer) -> {
                    CreatePartitionsResponse.CreatePartitionsTopicResult result =
                            Answers.only(
                                    answer.results(), controller, ApiKey.CREATE_PARTITIONS, name);
                    BrokerErrorException.check(result.errorCode(), change, result.errorMessage());
                    return result;
                });
    }

    /** Deletes a topic and its data. */
    public void delete(String name) {
        Deadline deadline = cluster.deadline();
        String change = "deleting topic " + name;
        cluster.changing(
                deadline,
                change,
                ApiKey.DELETE_TOPICS,
                controller ->
                        deletion(name, controller.version(ApiKey.DELETE_TOPICS))
                                .timeoutMs(deadline.remainingMillis()),
                DeleteTopicsResponse.class,
                (controller, answer) -> {
                    DeleteTopicsResponse.DeletableTopicResult result =
                            Answers.only(
                                    answer.responses(), controller, ApiKey.DELETE_TOPICS, name);
                    BrokerErrorException.check(result.errorCode(), change, result.errorMessage());
                    return result;
                });
    }

    private static DeleteTopicsRequest deletion(String name, @Nullable Short version) {
        return version != null && version >= 6
                ? new DeleteTopicsRequest()
                        .topics(List.of(new DeleteTopicsRequest.DeleteTopicState().name(name)))
                : new DeleteTopicsRequest().topicNames(List.of(name));
    }
}
