package mortise.junit.broker;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.client.BrokerConnection;
import mortise.wire.ApiKey;
import mortise.wire.message.CreateTopicsRequest;
import mortise.wire.message.CreateTopicsResponse;
import mortise.wire.message.DeleteTopicsRequest;
import mortise.wire.message.DeleteTopicsResponse;
import org.jspecify.annotations.Nullable;

/**
 * Creating and deleting topics on a broker that is reached without its proxy, so that it works
 * whatever the network's faults are.
 */
record DirectTopics(HostPort broker) {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String CLIENT_ID = "mortise-junit";

    void create(String name, int partitions, Map<String, String> configs) {
        CreateTopicsRequest request =
                new CreateTopicsRequest()
                        .timeoutMs(Math.toIntExact(TIMEOUT.toMillis()))
                        .topics(
                                List.of(
                                        new CreateTopicsRequest.CreatableTopic()
                                                .name(name)
                                                .numPartitions(partitions)
                                                .replicationFactor((short) 1)
                                                .configs(
                                                        configs.entrySet().stream()
                                                                .map(DirectTopics::config)
                                                                .toList())));
        try (BrokerConnection connection = BrokerConnection.open(broker, CLIENT_ID, TIMEOUT)) {
            CreateTopicsResponse.CreatableTopicResult result =
                    connection
                            .call(ApiKey.CREATE_TOPICS, request, CreateTopicsResponse.class)
                            .topics()
                            .getFirst();
            check("creating topic " + name, result.errorCode(), result.errorMessage());
        }
    }

    private static CreateTopicsRequest.CreatableTopicConfig config(
            Map.Entry<String, String> entry) {
        return new CreateTopicsRequest.CreatableTopicConfig()
                .name(entry.getKey())
                .value(entry.getValue());
    }

    void delete(String name) {
        DeleteTopicsRequest request =
                new DeleteTopicsRequest()
                        .timeoutMs(Math.toIntExact(TIMEOUT.toMillis()))
                        .topics(List.of(new DeleteTopicsRequest.DeleteTopicState().name(name)));
        try (BrokerConnection connection = BrokerConnection.open(broker, CLIENT_ID, TIMEOUT)) {
            DeleteTopicsResponse.DeletableTopicResult result =
                    connection
                            .call(ApiKey.DELETE_TOPICS, request, DeleteTopicsResponse.class)
                            .responses()
                            .getFirst();
            check("deleting topic " + name, result.errorCode(), result.errorMessage());
        }
    }

    private static void check(String doing, short code, @Nullable String message) {
        if (code != ErrorCode.NONE.code()) {
            throw new IllegalStateException(
                    doing
                            + " was refused: "
                            + ErrorCode.of(code)
                            + (message == null ? "" : ", " + message));
        }
    }
}
