package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import mortise.api.ErrorCode;
import mortise.wire.ApiKey;
import mortise.wire.message.ApiVersionsRequest;
import mortise.wire.message.ApiVersionsResponse;
import mortise.wire.message.MetadataRequest;
import mortise.wire.message.MetadataResponse;
import mortise.wire.message.ProduceRequest;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiVersionsTest {
    private static final ScriptedHandler<ProduceRequest> PRODUCE =
            new ScriptedHandler<>(ApiKey.PRODUCE, (context, request) -> {});

    @ParameterizedTest
    @ValueSource(shorts = {0, 1, 2, 3, 4, 5})
    void everyVersionListsTheRegisteredHandlersAndNoOthers(short version) {
        try (TestServer server = TestServer.with(PRODUCE);
                RawClient client = server.client()) {
            client.send(
                    RawClient.frame(
                            ApiKey.API_VERSIONS,
                            version,
                            7,
                            new ApiVersionsRequest()
                                    .clientSoftwareName("raw")
                                    .clientSoftwareVersion("1.0")));
            ApiVersionsResponse response =
                    client.receive(ApiKey.API_VERSIONS, version, ApiVersionsResponse.class);
            assertThat(response.errorCode()).isZero();
            assertThat(response.apiKeys())
                    .extracting(ApiVersionsResponse.ApiVersion::apiKey)
                    .containsExactly((short) 0, (short) 18);
            assertThat(response.apiKeys().getFirst().minVersion()).isZero();
            assertThat(response.apiKeys().getFirst().maxVersion()).isEqualTo((short) 13);
            assertThat(response.supportedFeatures())
                    .hasSize(version < 3 ? 0 : version == 3 ? 1 : 2);
        }
    }

    @ParameterizedTest
    @ValueSource(shorts = {6, 99, -1, Short.MAX_VALUE})
    void anUnknownVersionIsAnsweredInVersionZeroWithTheRangeServed(short version) {
        try (TestServer server = TestServer.with(PRODUCE);
                RawClient client = server.client()) {
            byte[] frame =
                    RawClient.frame(
                            ApiKey.API_VERSIONS,
                            3,
                            7,
                            new ApiVersionsRequest()
                                    .clientSoftwareName("raw")
                                    .clientSoftwareVersion("1.0"));
            frame[6] = (byte) (version >> 8);
            frame[7] = (byte) version;
            client.send(frame);
            ApiVersionsResponse response =
                    client.receive(ApiKey.API_VERSIONS, 0, ApiVersionsResponse.class);
            assertThat(response.errorCode()).isEqualTo(ErrorCode.UNSUPPORTED_VERSION.code());
            assertThat(response.apiKeys())
                    .singleElement()
                    .satisfies(range -> {
                        assertThat(range.apiKey()).isEqualTo(ApiKey.API_VERSIONS.id());
                        assertThat(range.maxVersion()).isEqualTo((short) 5);
                    });
            client.send(RawClient.frame(ApiKey.API_VERSIONS, 0, 8, new ApiVersionsRequest()));
            assertThat(client.receiveCorrelationId()).isEqualTo(8);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-raw", "raw client", "raw\n", "ü"})
    void aClientNameThatCouldNotBeALabelIsAnInvalidRequest(String name) {
        try (TestServer server = TestServer.with();
                RawClient client = server.client()) {
            client.send(
                    RawClient.frame(
                            ApiKey.API_VERSIONS,
                            3,
                            7,
                            new ApiVersionsRequest()
                                    .clientSoftwareName(name)
                                    .clientSoftwareVersion("1.0")));
            assertThat(
                            client.receive(ApiKey.API_VERSIONS, 3, ApiVersionsResponse.class)
                                    .errorCode())
                    .isEqualTo(ErrorCode.INVALID_REQUEST.code());
        }
    }

    @Test
    void aClientThatLooksForAnotherBrokerIsToldToStartAfresh() {
        try (TestServer server = TestServer.with();
                RawClient client = server.client()) {
            client.send(lookingFor("test-cluster", 1));
            assertThat(errorOfVersion5(client)).isZero();
            client.send(lookingFor("test-cluster", 2));
            assertThat(errorOfVersion5(client)).isEqualTo(ErrorCode.REBOOTSTRAP_REQUIRED.code());
            client.send(lookingFor("another-cluster", 1));
            assertThat(errorOfVersion5(client)).isEqualTo(ErrorCode.REBOOTSTRAP_REQUIRED.code());
        }
    }

    private static byte[] lookingFor(String cluster, int node) {
        return RawClient.frame(
                ApiKey.API_VERSIONS,
                5,
                7,
                new ApiVersionsRequest()
                        .clientSoftwareName("raw")
                        .clientSoftwareVersion("1.0")
                        .clusterId(cluster)
                        .nodeId(node));
    }

    private static short errorOfVersion5(RawClient client) {
        return client.receive(ApiKey.API_VERSIONS, 5, ApiVersionsResponse.class).errorCode();
    }

    @Test
    void theJavaAdminClientConnectsAndReadsFeatures() throws Exception {
        try (TestServer server =
                TestServer.with(
                        new ScriptedHandler<MetadataRequest>(
                                ApiKey.METADATA,
                                (context, request) -> {
                                    var local = context.localAddress();
                                    MetadataResponse response =
                                            new MetadataResponse()
                                                    .clusterId("test-cluster")
                                                    .controllerId(1);
                                    response.brokers()
                                            .add(
                                                    new MetadataResponse.MetadataResponseBroker()
                                                            .nodeId(1)
                                                            .host(
                                                                    local.getAddress()
                                                                            .getHostAddress())
                                                            .port(local.getPort()));
                                    context.respond(response);
                                }))) {
            try (Admin admin =
                    Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + server.port()))) {
                FeatureMetadata features =
                        admin.describeFeatures().featureMetadata().get(20, TimeUnit.SECONDS);
                assertThat(features.finalizedFeatures()).containsKey("metadata.version");
                assertThat(
                                admin.describeCluster(new DescribeClusterOptions())
                                        .clusterId()
                                        .get(20, TimeUnit.SECONDS))
                        .isEqualTo("test-cluster");
            }
        }
    }
}
