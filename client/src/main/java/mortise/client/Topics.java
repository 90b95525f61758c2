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
        CreateTopicsRequest request =
                new CreateTopicsRequest()
                        .timeoutMs(timeoutMillis())
                        .topics(
                                List.of(
                                        new CreateTopicsRequest.CreatableTopic()
                                                .name(name)
                                                .numPartitions(partitions)
                                                .replicationFactor((short) replicationFactor)
                                                .configs(wanted)));
        CreateTopicsResponse.CreatableTopicResult result =
                cluster.controller()
                        .call(ApiKey.CREATE_TOPICS, request, CreateTopicsResponse.class)
                        .topics()
                        .getFirst();
        BrokerErrorException.check(
                result.errorCode(), "creating topic " + name, result.errorMessage());
        return result;
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
        return cluster.topic(name, false);
    }

    /** Grows a topic to {@code count} partitions. */
    public void grow(String name, int count) {
        CreatePartitionsRequest request =
                new CreatePartitionsRequest()
                        .timeoutMs(timeoutMillis())
                        .topics(
                                List.of(
                                        new CreatePartitionsRequest.CreatePartitionsTopic()
                                                .name(name)
                                                .count(count)
                                                .assignments(null)));
        CreatePartitionsResponse.CreatePartitionsTopicResult result =
                cluster.controller()
                        .call(ApiKey.CREATE_PARTITIONS, request, CreatePartitionsResponse.class)
                        .results()
                        .getFirst();
        BrokerErrorException.check(
                result.errorCode(), "growing topic " + name, result.errorMessage());
    }

    /** Deletes a topic and its data. */
    public void delete(String name) {
        BrokerConnection controller = cluster.controller();
        Short version = controller.version(ApiKey.DELETE_TOPICS);
        DeleteTopicsRequest request = new DeleteTopicsRequest().timeoutMs(timeoutMillis());
        if (version != null && version >= 6) {
            request.topics(List.of(new DeleteTopicsRequest.DeleteTopicState().name(name)));
        } else {
            request.topicNames(List.of(name));
        }
        DeleteTopicsResponse.DeletableTopicResult result =
                controller
                        .call(ApiKey.DELETE_TOPICS, request, DeleteTopicsResponse.class)
                        .responses()
                        .getFirst();
        BrokerErrorException.check(
                result.errorCode(), "deleting topic " + name, result.errorMessage());
    }

    private int timeoutMillis() {
        return Math.toIntExact(cluster.timeout().toMillis());
    }
}
