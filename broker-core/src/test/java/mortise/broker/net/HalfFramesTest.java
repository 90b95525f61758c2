package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import mortise.tck.sim.SimClock;
import mortise.wire.ApiKey;
import mortise.wire.UnknownTaggedField;
import mortise.wire.message.HeartbeatRequest;
import mortise.wire.message.HeartbeatResponse;
import org.junit.jupiter.api.Test;

/**
 * Clients that claim large frames and stop in the middle keep nobody out, though the clock stands,
 * so that none of them is closed.
 */
class HalfFramesTest {
    private static final int LARGE = 2_000_000;

    private final SimClock clock = new SimClock();

    private TestServer server() {
        return TestServer.with(
                Transport.best(),
                clock,
                Map.of(
                        "net.threads", "2",
                        "net.max-inflight-bytes", "8MiB",
                        "net.max-request-bytes", "8MiB"),
                new ScriptedHandler<HeartbeatRequest>(
                        ApiKey.HEARTBEAT,
                        (context, request) -> context.respond(new HeartbeatResponse())));
    }

    private static byte[] heartbeat(int correlationId, int bytes) {
        HeartbeatRequest request = new HeartbeatRequest();
        request.unknownTaggedFields().add(new UnknownTaggedField(100, ByteBuffer.allocate(bytes)));
        return RawClient.frame(ApiKey.HEARTBEAT, 4, correlationId, request);
    }

    private static void isAnswered(TestServer server, int bytes) {
        try (RawClient honest = server.client()) {
            honest.send(heartbeat(7, bytes));
            assertThat(honest.receiveCorrelationId()).isEqualTo(7);
        }
    }

    @Test
    void claimsHoldNoMoreThanWhatArrives() {
        byte[] claim = Arrays.copyOf(heartbeat(1, 8_000_000), 4_000);
        try (TestServer server = server()) {
            List<RawClient> crowd = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                RawClient client = server.client();
                client.send(claim);
                crowd.add(client);
            }
            isAnswered(server, 600_000);
            isAnswered(server, LARGE);
            Eventually.is(
                    "all claims have arrived", () -> server.server().inflightBytes() >= 40 * 4_000);
            assertThat(server.server().inflightBytes()).isLessThan(2 * 40 * 4_100);
            assertThat(server.server().connections()).isGreaterThanOrEqualTo(40);
            crowd.forEach(RawClient::close);
        }
    }

    @Test
    void whoHasEarnedTrustHoldsItsRoomOnlyWhileNobodyNeedsIt() {
        try (TestServer server = server()) {
            List<RawClient> crowd = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                RawClient client = server.client();
                client.send(heartbeat(1, LARGE));
                assertThat(client.receiveCorrelationId()).isEqualTo(1);
                crowd.add(client);
            }
            Eventually.is("all is quiet", () -> server.server().inflightBytes() == 0);
            for (RawClient client : crowd) {
                client.send(heartbeat(2, LARGE), 0, 50_000);
            }
            Eventually.is("they are trusted", () -> server.server().inflightBytes() >= 3 * LARGE);

            List<RawClient> honest = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                honest.add(server.client());
                honest.getLast().send(heartbeat(10 + i, LARGE), 0, LARGE / 2);
            }
            for (int i = 0; i < 4; i++) {
                honest.get(i).send(heartbeat(10 + i, LARGE), LARGE / 2, LARGE / 2 + rest());
            }
            for (int i = 0; i < 4; i++) {
                assertThat(honest.get(i).receiveCorrelationId()).isEqualTo(10 + i);
            }
            Eventually.is("the trust is gone", () -> server.server().inflightBytes() < 3 * 110_000);
            crowd.forEach(RawClient::close);
            honest.forEach(RawClient::close);
        }
    }

    /** How many bytes a request has besides its field. */
    private static int rest() {
        return heartbeat(1, LARGE).length - LARGE;
    }

    @Test
    void halfFramesThatFillTheBoundDoNotKeepSmallerOnesOut() {
        byte[] half = Arrays.copyOf(heartbeat(1, LARGE), 900_000);
        try (TestServer server = server()) {
            List<RawClient> crowd = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                RawClient client = server.client();
                client.send(half);
                crowd.add(client);
            }
            Eventually.is(
                    "the large ones hold their share",
                    () -> server.server().inflightBytes() > 5 << 20);
            isAnswered(server, 60_000);
            isAnswered(server, 20_000);
            crowd.forEach(RawClient::close);
            Eventually.is("all memory given back", () -> server.server().inflightBytes() == 0);
        }
    }

    @Test
    void framesThatDoNotFitTogetherAreAllAnswered() {
        try (TestServer server = server()) {
            List<RawClient> clients = new ArrayList<>();
            List<Thread> senders = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                RawClient client = server.client();
                clients.add(client);
                byte[] large = heartbeat(i, LARGE);
                client.send(large, 0, 500_000);
                senders.add(
                        Thread.ofVirtual()
                                .unstarted(
                                        () -> client.send(large, 500_000, large.length - 500_000)));
            }
            senders.forEach(Thread::start);
            for (int i = 0; i < 10; i++) {
                assertThat(clients.get(i).receiveCorrelationId()).isEqualTo(i);
            }
            clients.forEach(RawClient::close);
            Eventually.is("all memory given back", () -> server.server().inflightBytes() == 0);
        }
    }
}
