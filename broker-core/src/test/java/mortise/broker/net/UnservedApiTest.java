package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import mortise.api.ErrorCode;
import mortise.broker.request.UnservedFeature;
import mortise.wire.ApiKey;
import mortise.wire.message.ApiVersionsRequest;
import mortise.wire.message.FindCoordinatorRequest;
import mortise.wire.message.FindCoordinatorResponse;
import mortise.wire.message.SaslHandshakeRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who asks for what is not served is told so, and the operator reads who it was. */
class UnservedApiTest {
    private static void introduce(RawClient client) {
        client.send(
                RawClient.frame(
                        ApiKey.API_VERSIONS,
                        3,
                        1,
                        new ApiVersionsRequest()
                                .clientSoftwareName("librdkafka")
                                .clientSoftwareVersion("2.3.0")));
        assertThat(client.receiveCorrelationId()).isEqualTo(1);
    }

    /** Refuses every coordinator, as the handler does for those that are not there. */
    private static ScriptedHandler<FindCoordinatorRequest> refusal() {
        return new ScriptedHandler<>(
                ApiKey.FIND_COORDINATOR,
                (context, request) -> {
                    UnservedFeature feature =
                            request.keyType() == 1
                                    ? UnservedFeature.TRANSACTIONS
                                    : UnservedFeature.SHARE_GROUPS;
                    context.notServed(feature);
                    context.respond(
                            new FindCoordinatorResponse()
                                    .errorCode(ErrorCode.UNSUPPORTED_VERSION.code())
                                    .errorMessage(feature.remedy())
                                    .nodeId(-1));
                });
    }

    private static FindCoordinatorResponse ask(RawClient client, int version, int keyType) {
        client.send(
                RawClient.frame(
                        ApiKey.FIND_COORDINATOR,
                        version,
                        2,
                        new FindCoordinatorRequest().key("mine").keyType((byte) keyType)));
        return client.receive(
                ApiKey.FIND_COORDINATOR, (short) version, FindCoordinatorResponse.class);
    }

    @ParameterizedTest
    @CsvSource({"1, TRANSACTIONS", "2, SHARE_GROUPS"})
    void whoLooksForACoordinatorIsRefusedByNameAndLoggedOnce(int keyType, UnservedFeature feature) {
        try (PeerLines lines = new PeerLines();
                TestServer server = TestServer.with(refusal());
                RawClient client = server.client()) {
            introduce(client);
            for (int times = 0; times < 20; times++) {
                FindCoordinatorResponse refused = ask(client, 3, keyType);
                assertThat(refused.errorCode()).isEqualTo(ErrorCode.UNSUPPORTED_VERSION.code());
                assertThat(refused.errorMessage()).isEqualTo(feature.remedy());
                assertThat(refused.nodeId()).isEqualTo(-1);
            }
            assertThat(lines.only())
                    .matches(
                            "WARN librdkafka 2\\.3\\.0 \\('raw'\\) at 127\\.0\\.0\\.1:\\d+ asks for FindCoordinator \\(API key 10\\), which is not served: .+")
                    .endsWith(feature.remedy());
        }
    }

    @Test
    void eachThingThatIsNotServedHasALineOfItsOwn() {
        try (PeerLines lines = new PeerLines();
                TestServer server = TestServer.with(refusal())) {
            try (RawClient client = server.client()) {
                ask(client, 1, 1);
                ask(client, 1, 2);
            }
            for (int times = 0; times < 5; times++) {
                try (RawClient client = server.client()) {
                    introduce(client);
                    client.send(
                            RawClient.frame(
                                    ApiKey.SASL_HANDSHAKE,
                                    1,
                                    2,
                                    new SaslHandshakeRequest().mechanism("PLAIN")));
                    assertThat(client.closedByServer()).isTrue();
                }
            }
            assertThat(lines.lines()).hasSize(3);
            assertThat(lines.lines().getFirst()).startsWith("WARN a client ('raw') at ");
            assertThat(lines.lines().getLast())
                    .startsWith("WARN closing the connection from 127.0.0.1:")
                    .endsWith(
                            ": librdkafka 2.3.0 ('raw') asks for SaslHandshake (API key 17), which is not served: SASL is not there yet; set the client's security.protocol to PLAINTEXT");
        }
    }

    @Test
    void everyFeatureSaysWhatToDoAndHasAnApi() {
        assertThat(UnservedFeature.values())
                .allSatisfy(feature -> {
                    assertThat(feature.remedy()).contains("; ");
                    assertThat(
                                    Arrays.stream(ApiKey.values())
                                            .flatMap(api -> UnservedFeature.of(api).stream()))
                            .contains(feature);
                });
    }
}
