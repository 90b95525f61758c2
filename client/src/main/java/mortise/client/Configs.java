package mortise.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mortise.wire.ApiKey;
import mortise.wire.message.DescribeConfigsRequest;
import mortise.wire.message.DescribeConfigsResponse;
import mortise.wire.message.IncrementalAlterConfigsRequest;
import mortise.wire.message.IncrementalAlterConfigsResponse;

/** Reading and changing the configuration of topics and brokers. */
public final class Configs {
    /** What a configuration belongs to. */
    public enum Kind {
        /** A topic, by name. */
        TOPIC(2),
        /** A broker, by number; an empty name stands for all brokers of the cluster. */
        BROKER(4);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }
    }

    private static final byte SET = 0;
    private static final byte DELETE = 1;

    private final Cluster cluster;

    /** The configurations of a cluster. */
    public Configs(Cluster cluster) {
        this.cluster = cluster;
    }

    /** The values of one resource, by key. */
    public List<DescribeConfigsResponse.DescribeConfigsResourceResult> describe(
            Kind kind, String name) {
        DescribeConfigsRequest request =
                new DescribeConfigsRequest()
                        .includeDocumentation(true)
                        .resources(
                                List.of(
                                        new DescribeConfigsRequest.DescribeConfigsResource()
                                                .resourceType(kind.code)
                                                .resourceName(name)
                                                .configurationKeys(null)));
        Deadline deadline = cluster.deadline();
        return cluster.asking(deadline, () -> describe(request, what(kind, name), deadline));
    }

    private List<DescribeConfigsResponse.DescribeConfigsResourceResult> describe(
            DescribeConfigsRequest request, String what, Deadline deadline) {
        BrokerConnection broker = cluster.anyBroker(deadline);
        DescribeConfigsResponse answer =
                broker.call(
                        ApiKey.DESCRIBE_CONFIGS, request, DescribeConfigsResponse.class, deadline);
        DescribeConfigsResponse.DescribeConfigsResult result =
                Answers.only(answer.results(), broker, ApiKey.DESCRIBE_CONFIGS, what);
        BrokerErrorException.check(result.errorCode(), "describing " + what, result.errorMessage());
        return result.configs().stream()
                .sorted((left, right) -> left.name().compareTo(right.name()))
                .toList();
    }

    /**
     * Changes values of one resource, all or none.
     *
     * @param set new values by key
     * @param delete keys that return to their defaults
     */
    public void alter(Kind kind, String name, Map<String, String> set, Set<String> delete) {
        List<IncrementalAlterConfigsRequest.AlterableConfig> changes = new ArrayList<>();
        set.forEach((key, value) ->
                changes.add(
                        new IncrementalAlterConfigsRequest.AlterableConfig()
                                .name(key)
                                .configOperation(SET)
                                .value(value)));
        delete.forEach(key ->
                changes.add(
                        new IncrementalAlterConfigsRequest.AlterableConfig()
                                .name(key)
                                .configOperation(DELETE)
                                .value(null)));
        IncrementalAlterConfigsRequest request =
                new IncrementalAlterConfigsRequest()
                        .resources(
                                List.of(
                                        new IncrementalAlterConfigsRequest.AlterConfigsResource()
                                                .resourceType(kind.code)
                                                .resourceName(name)
                                                .configs(changes)));
        String change = "changing " + what(kind, name);
        cluster.changing(
                cluster.deadline(),
                change,
                ApiKey.INCREMENTAL_ALTER_CONFIGS,
                controller -> request,
                IncrementalAlterConfigsResponse.class,
                (controller, answer) -> {
                    IncrementalAlterConfigsResponse.AlterConfigsResourceResponse result =
                            Answers.only(
                                    answer.responses(),
                                    controller,
                                    ApiKey.INCREMENTAL_ALTER_CONFIGS,
                                    what(kind, name));
                    BrokerErrorException.check(result.errorCode(), change, result.errorMessage());
                    return result;
                });
    }

    private static String what(Kind kind, String name) {
        return switch (kind) {
            case TOPIC -> "topic " + name;
            case BROKER -> name.isEmpty() ? "all brokers" : "broker " + name;
        };
    }
}
