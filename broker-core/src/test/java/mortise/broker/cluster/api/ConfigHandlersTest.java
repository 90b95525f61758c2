package mortise.broker.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import mortise.api.ErrorCode;
import mortise.spi.auth.Action;
import mortise.spi.auth.Operation;
import mortise.wire.ApiKey;
import mortise.wire.message.AlterConfigsRequest;
import mortise.wire.message.AlterConfigsResponse;
import mortise.wire.message.DescribeConfigsRequest;
import mortise.wire.message.DescribeConfigsRequest.DescribeConfigsResource;
import mortise.wire.message.DescribeConfigsResponse;
import mortise.wire.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import mortise.wire.message.DescribeConfigsResponse.DescribeConfigsResult;
import mortise.wire.message.DescribeConfigsResponse.DescribeConfigsSynonym;
import mortise.wire.message.IncrementalAlterConfigsRequest;
import mortise.wire.message.IncrementalAlterConfigsResponse;
import mortise.wire.message.ListConfigResourcesRequest;
import mortise.wire.message.ListConfigResourcesResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** DescribeConfigs, AlterConfigs, IncrementalAlterConfigs and ListConfigResources. */
class ConfigHandlersTest {
    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;

    private final TestApis apis =
            new TestApis(
                    Map.of(
                            "log.retention.ms",
                            "5000",
                            "net.secret",
                            "hush",
                            "connections.max.idle.ms",
                            "30s"));

    static IntStream describeVersions() {
        return IntStream.rangeClosed(1, 4);
    }

    static IntStream alterVersions() {
        return IntStream.rangeClosed(0, 2);
    }

    static IntStream incrementalVersions() {
        return IntStream.rangeClosed(0, 1);
    }

    private DescribeConfigsResult describe(
            int version, byte type, String name, @Nullable List<String> keys, boolean everything) {
        DescribeConfigsRequest request =
                new DescribeConfigsRequest()
                        .resources(
                                List.of(
                                        new DescribeConfigsResource()
                                                .resourceType(type)
                                                .resourceName(name)
                                                .configurationKeys(keys)))
                        .includeSynonyms(everything);
        if (version >= 3) {
            request.includeDocumentation(everything);
        }
        DescribeConfigsResponse response = apis.call(ApiKey.DESCRIBE_CONFIGS, version, request);
        return response.results().getFirst();
    }

    private static DescribeConfigsResourceResult config(DescribeConfigsResult result, String name) {
        return result.configs().stream()
                .filter(config -> config.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Verdicts alter(
            byte type, String resource, String name, int operation, @Nullable String value) {
        IncrementalAlterConfigsResponse response =
                apis.call(
                        ApiKey.INCREMENTAL_ALTER_CONFIGS,
                        1,
                        new IncrementalAlterConfigsRequest()
                                .resources(
                                        List.of(
                                                new IncrementalAlterConfigsRequest
                                                                .AlterConfigsResource()
                                                        .resourceType(type)
                                                        .resourceName(resource)
                                                        .configs(
                                                                List.of(
                                                                        new IncrementalAlterConfigsRequest
                                                                                        .AlterableConfig()
                                                                                .name(name)
                                                                                .configOperation(
                                                                                        (byte)
                                                                                                operation)
                                                                                .value(value))))));
        return new Verdicts(
                ErrorCode.of(response.responses().getFirst().errorCode()),
                response.responses().getFirst().errorMessage());
    }

    private record Verdicts(ErrorCode error, @Nullable String message) {}

    @ParameterizedTest
    @MethodSource("describeVersions")
    void everyVersionDescribesTopics(int version) {
        apis.cluster.create("t", 1, "segment.ms=77", "cleanup.policy=delete");
        DescribeConfigsResult result = describe(version, TOPIC, "t", null, true);
        assertThat(result.errorCode()).isZero();
        assertThat(result.configs())
                .hasSize(37)
                .isSortedAccordingTo((left, right) -> left.name().compareTo(right.name()));
        DescribeConfigsResourceResult own = config(result, "segment.ms");
        assertThat(own.value()).isEqualTo("77");
        assertThat(own.configSource()).isEqualTo((byte) 1);
        assertThat(own.synonyms())
                .containsExactly(
                        new DescribeConfigsSynonym()
                                .name("segment.ms")
                                .value("77")
                                .source((byte) 1),
                        new DescribeConfigsSynonym()
                                .name("log.roll.ms")
                                .value("604800000")
                                .source((byte) 5));
        assertThat(own.configType()).isEqualTo((byte) (version >= 3 ? 5 : 0));
        assertThat(own.documentation() != null && !own.documentation().isEmpty())
                .isEqualTo(version >= 3);
        DescribeConfigsResourceResult inherited = config(result, "retention.ms");
        assertThat(inherited.value()).isEqualTo("5000");
        assertThat(inherited.configSource()).isEqualTo((byte) 4);
        assertThat(config(result, "cleanup.policy").configType())
                .isEqualTo((byte) (version >= 3 ? 7 : 0));
        assertThat(config(result, "remote.storage.enable").configSource()).isEqualTo((byte) 5);
    }

    @ParameterizedTest
    @MethodSource("describeVersions")
    void synonymsAndDocumentationAreToldToWhoAsks(int version) {
        apis.cluster.create("t", 1);
        assertThat(describe(version, TOPIC, "t", List.of("segment.ms"), false).configs())
                .hasSize(1)
                .first()
                .satisfies(config -> {
                    assertThat(config.synonyms()).isEmpty();
                    assertThat(config.documentation() == null || config.documentation().isEmpty())
                            .isTrue();
                });
    }

    @ParameterizedTest
    @MethodSource("describeVersions")
    void everyVersionDescribesThisBroker(int version) {
        DescribeConfigsResult result = describe(version, BROKER, "1", null, true);
        assertThat(result.errorCode()).isZero();
        DescribeConfigsResourceResult retention = config(result, "log.retention.ms");
        assertThat(retention.value()).isEqualTo("5000");
        assertThat(retention.readOnly()).isFalse();
        assertThat(retention.configSource()).isEqualTo((byte) 4);
        DescribeConfigsResourceResult idle = config(result, "connections.max.idle.ms");
        assertThat(idle.value())
                .as("a duration under Kafka's name has Kafka's form")
                .isEqualTo("30000");
        assertThat(idle.readOnly()).isTrue();
        DescribeConfigsResourceResult secret = config(result, "net.secret");
        assertThat(secret.value()).isNull();
        assertThat(secret.isSensitive()).isTrue();
        assertThat(config(result, "num.partitions").configType())
                .isEqualTo((byte) (version >= 3 ? 3 : 0));
    }

    @Test
    void dynamicValuesOfABrokerCountBeforeThoseOfAllBrokers() {
        assertThat(alter(BROKER, "", "log.retention.ms", 0, "6000").error())
                .isEqualTo(ErrorCode.NONE);
        assertThat(describe(4, BROKER, "", null, true).configs())
                .extracting(DescribeConfigsResourceResult::name)
                .containsExactly("log.retention.ms");
        assertThat(config(describe(4, BROKER, "1", null, true), "log.retention.ms").configSource())
                .isEqualTo((byte) 3);
        assertThat(alter(BROKER, "1", "log.retention.ms", 0, "7000").error())
                .isEqualTo(ErrorCode.NONE);
        DescribeConfigsResourceResult retention =
                config(describe(4, BROKER, "1", null, true), "log.retention.ms");
        assertThat(retention.value()).isEqualTo("7000");
        assertThat(retention.synonyms())
                .extracting(synonym -> synonym.source() + "=" + synonym.value())
                .containsExactly("2=7000", "3=6000", "4=5000", "5=604800000");
        apis.cluster.create("t", 1);
        assertThat(config(describe(4, TOPIC, "t", null, true), "retention.ms").value())
                .isEqualTo("7000");
        assertThat(alter(BROKER, "1", "log.retention.ms", 1, null).error())
                .isEqualTo(ErrorCode.NONE);
        assertThat(config(describe(4, TOPIC, "t", null, true), "retention.ms").value())
                .isEqualTo("6000");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2 | nope | UNKNOWN_TOPIC_OR_PARTITION | does not exist",
                "2 | bad name | INVALID_TOPIC_EXCEPTION | contains",
                "4 | 9 | INVALID_REQUEST | Unexpected broker id",
                "4 | x | INVALID_REQUEST | Unexpected broker id",
                "8 | 1 | INVALID_REQUEST | Log levels",
                "16 | m | INVALID_REQUEST | Client metrics",
                "32 | g | INVALID_REQUEST | Group",
                "0 | g | INVALID_REQUEST | Resource type 0",
            })
    void whatCannotBeDescribedIsRefusedByName(
            byte type, String name, ErrorCode error, String reason) {
        for (int version = 1; version <= 4; version++) {
            DescribeConfigsResult result = describe(version, type, name, null, true);
            assertThat(ErrorCode.of(result.errorCode())).isEqualTo(error);
            assertThat(result.errorMessage()).contains(reason);
        }
    }

    @Test
    void describingAndAlteringNeedPermission() {
        apis.cluster.create("t", 1);
        apis.forbidden.add(Action.onTopic(Operation.DESCRIBE_CONFIGS, "t"));
        apis.forbidden.add(Action.onTopic(Operation.ALTER_CONFIGS, "t"));
        apis.forbidden.add(Action.onCluster(Operation.DESCRIBE_CONFIGS));
        apis.forbidden.add(Action.onCluster(Operation.ALTER_CONFIGS));
        assertThat(ErrorCode.of(describe(4, TOPIC, "t", null, true).errorCode()))
                .isEqualTo(ErrorCode.TOPIC_AUTHORIZATION_FAILED);
        assertThat(ErrorCode.of(describe(4, BROKER, "1", null, true).errorCode()))
                .isEqualTo(ErrorCode.CLUSTER_AUTHORIZATION_FAILED);
        assertThat(alter(TOPIC, "t", "segment.ms", 0, "5").error())
                .isEqualTo(ErrorCode.TOPIC_AUTHORIZATION_FAILED);
        assertThat(alter(BROKER, "1", "log.retention.ms", 0, "5").error())
                .isEqualTo(ErrorCode.CLUSTER_AUTHORIZATION_FAILED);
        ListConfigResourcesResponse listed =
                apis.call(ApiKey.LIST_CONFIG_RESOURCES, 1, new ListConfigResourcesRequest());
        assertThat(ErrorCode.of(listed.errorCode()))
                .isEqualTo(ErrorCode.CLUSTER_AUTHORIZATION_FAILED);
    }

    @ParameterizedTest
    @MethodSource("alterVersions")
    void everyVersionReplacesConfigs(int version) {
        apis.cluster.create("t", 1, "segment.ms=77", "retention.ms=5");
        AlterConfigsResponse response =
                apis.call(
                        ApiKey.ALTER_CONFIGS,
                        version,
                        new AlterConfigsRequest()
                                .resources(
                                        List.of(
                                                new AlterConfigsRequest.AlterConfigsResource()
                                                        .resourceType(TOPIC)
                                                        .resourceName("t")
                                                        .configs(
                                                                List.of(
                                                                        new AlterConfigsRequest
                                                                                        .AlterableConfig()
                                                                                .name("segment.ms")
                                                                                .value("78"))),
                                                new AlterConfigsRequest.AlterConfigsResource()
                                                        .resourceType(TOPIC)
                                                        .resourceName("nope"))));
        assertThat(response.responses())
                .extracting(
                        result -> result.resourceName() + " " + ErrorCode.of(result.errorCode()))
                .containsExactly("t NONE", "nope UNKNOWN_TOPIC_OR_PARTITION");
        assertThat(apis.cluster.image().topics().iterator().next().configs())
                .isEqualTo(Map.of("segment.ms", "78"));
    }

    @ParameterizedTest
    @MethodSource("incrementalVersions")
    void everyVersionAltersSingleValues(int version) {
        apis.cluster.create("t", 1, "segment.ms=77", "retention.ms=5");
        IncrementalAlterConfigsRequest.AlterConfigsResource resource =
                new IncrementalAlterConfigsRequest.AlterConfigsResource()
                        .resourceType(TOPIC)
                        .resourceName("t")
                        .configs(
                                List.of(
                                        new IncrementalAlterConfigsRequest.AlterableConfig()
                                                .name("segment.ms")
                                                .configOperation((byte) 1)
                                                .value(null),
                                        new IncrementalAlterConfigsRequest.AlterableConfig()
                                                .name("max.message.bytes")
                                                .configOperation((byte) 0)
                                                .value("9")));
        IncrementalAlterConfigsResponse validated =
                apis.call(
                        ApiKey.INCREMENTAL_ALTER_CONFIGS,
                        version,
                        new IncrementalAlterConfigsRequest()
                                .resources(List.of(resource))
                                .validateOnly(true));
        assertThat(validated.responses().getFirst().errorCode()).isZero();
        assertThat(apis.cluster.image().topics().iterator().next().configs())
                .containsKey("segment.ms");
        IncrementalAlterConfigsResponse response =
                apis.call(
                        ApiKey.INCREMENTAL_ALTER_CONFIGS,
                        version,
                        new IncrementalAlterConfigsRequest().resources(List.of(resource)));
        assertThat(response.responses().getFirst().errorCode()).isZero();
        assertThat(apis.cluster.image().topics().iterator().next().configs())
                .isEqualTo(Map.of("retention.ms", "5", "max.message.bytes", "9"));
        IncrementalAlterConfigsResponse twice =
                apis.call(
                        ApiKey.INCREMENTAL_ALTER_CONFIGS,
                        version,
                        new IncrementalAlterConfigsRequest()
                                .resources(List.of(resource, resource)));
        assertThat(twice.responses())
                .hasSize(1)
                .allSatisfy(result ->
                        assertThat(ErrorCode.of(result.errorCode()))
                                .isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @Test
    void refusalsSayWhy() {
        apis.cluster.create("t", 1);
        assertThat(alter(TOPIC, "t", "cleanup.policy", 0, "compact").message())
                .contains("capability compaction");
        assertThat(alter((byte) 8, "1", "root", 0, "DEBUG"))
                .isEqualTo(
                        new Verdicts(
                                ErrorCode.INVALID_REQUEST,
                                "Log levels of a broker are not served; set them in the broker's logging configuration."));
    }

    @Test
    void resourcesAreListedByType() {
        apis.cluster.create("b", 1);
        apis.cluster.create("a", 1);
        ListConfigResourcesResponse old =
                apis.call(ApiKey.LIST_CONFIG_RESOURCES, 0, new ListConfigResourcesRequest());
        assertThat(old.configResources()).isEmpty();
        ListConfigResourcesResponse all =
                apis.call(ApiKey.LIST_CONFIG_RESOURCES, 1, new ListConfigResourcesRequest());
        assertThat(all.configResources())
                .extracting(resource -> resource.resourceType() + " " + resource.resourceName())
                .containsExactly("2 a", "2 b", "4 1");
        ListConfigResourcesResponse some =
                apis.call(
                        ApiKey.LIST_CONFIG_RESOURCES,
                        1,
                        new ListConfigResourcesRequest()
                                .resourceTypes(List.of((byte) 4, (byte) 32)));
        assertThat(some.configResources()).hasSize(1);
        ListConfigResourcesResponse unknown =
                apis.call(
                        ApiKey.LIST_CONFIG_RESOURCES,
                        1,
                        new ListConfigResourcesRequest().resourceTypes(List.of((byte) 3)));
        assertThat(ErrorCode.of(unknown.errorCode())).isEqualTo(ErrorCode.UNSUPPORTED_VERSION);
    }
}
