package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mortise.api.Clock;
import mortise.broker.request.RequestContext;
import mortise.wire.ApiKey;
import mortise.wire.UnknownTaggedField;
import mortise.wire.message.HeartbeatRequest;
import mortise.wire.message.HeartbeatResponse;
import org.junit.jupiter.api.Test;

/** What requests decode to is bounded, counted while they are in flight, and given back once. */
class DecodedHeapTest {
    private final BlockingQueue<RequestContext> started = new LinkedBlockingQueue<>();

    private TestServer server() {
        return TestServer.with(
                Transport.best(),
                Clock.system(),
                Map.of(
                        "net.threads", "1",
                        "net.max-decoded-bytes", "512KiB",
                        "net.max-inflight-decoded-bytes", "1MiB"),
                new ScriptedHandler<HeartbeatRequest>(
                        ApiKey.HEARTBEAT,
                        (context, request) -> {
                            context.orderingPointPassed();
                            started.add(context);
                        }));
    }

    /** A request with so many fields of later versions: each takes more than 100 bytes of heap. */
    private static byte[] heartbeat(int correlationId, int fields) {
        HeartbeatRequest request = new HeartbeatRequest().groupId("group").memberId("member");
        for (int i = 0; i < fields; i++) {
            request.unknownTaggedFields()
                    .add(new UnknownTaggedField(100 + i, ByteBuffer.allocate(1)));
        }
        return RawClient.frame(ApiKey.HEARTBEAT, 4, correlationId, request);
    }

    private RequestContext next(int correlationId) throws InterruptedException {
        RequestContext context = started.poll(20, TimeUnit.SECONDS);
        assertThat(context).as("request %d starts", correlationId).isNotNull();
        assertThat(context.correlationId()).isEqualTo(correlationId);
        return context;
    }

    private static void answer(RequestContext context) {
        context.respond(new HeartbeatResponse());
    }

    @Test
    void aRequestThatDecodesToTooMuchClosesItsConnectionByName() {
        try (PeerLines lines = new PeerLines();
                TestServer server = server();
                RawClient client = server.client()) {
            client.send(heartbeat(1, 9_000));
            assertThat(client.closedByServer()).isTrue();
            assertThat(lines.only())
                    .startsWith("WARN closing the connection from 127.0.0.1:")
                    .contains("Heartbeat of version 4")
                    .contains("more than 524288 bytes of heap")
                    .contains("net.max-decoded-bytes");
            assertThat(started).isEmpty();
            Eventually.is("all heap given back", () -> server.server().decodedBytes() == 0);
            Eventually.is("all memory given back", () -> server.server().inflightBytes() == 0);
        }
    }

    @Test
    void whatARequestDecodesToIsHeldUntilItIsAnswered() throws Exception {
        try (TestServer server = server();
                RawClient client = server.client()) {
            client.send(heartbeat(1, 2_000));
            RequestContext context = next(1);
            assertThat(server.server().decodedBytes()).isBetween(200_000L, 400_000L);
            answer(context);
            assertThat(client.receiveCorrelationId()).isEqualTo(1);
            Eventually.is("all heap given back", () -> server.server().decodedBytes() == 0);
        }
    }

    @Test
    void whileTheBoundIsReachedLargeRequestsWaitInOrderAndSmallOnesGoOn() throws Exception {
        try (TestServer server = server()) {
            List<RawClient> clients = new ArrayList<>();
            List<RequestContext> held = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                RawClient client = server.client();
                clients.add(client);
                client.send(heartbeat(i, 2_000));
                held.add(next(i));
            }
            assertThat(server.server().decodedBytes()).as("the bound").isGreaterThan(1L << 20);

            RawClient first = server.client();
            first.send(heartbeat(100, 2_000));
            RequestContext beyond = next(100);
            RawClient second = server.client();
            second.send(heartbeat(101, 2_000));
            RawClient third = server.client();
            third.send(heartbeat(102, 2_000));
            RawClient small = server.client();
            for (int i = 200; i < 210; i++) {
                small.send(heartbeat(i, 10));
                answer(next(i));
                assertThat(small.receiveCorrelationId()).isEqualTo(i);
            }
            assertThat(started).as("one goes beyond the bound, the others wait").isEmpty();

            answer(beyond);
            assertThat(first.receiveCorrelationId()).isEqualTo(100);
            answer(next(101));
            assertThat(second.receiveCorrelationId()).isEqualTo(101);
            answer(next(102));
            assertThat(third.receiveCorrelationId()).isEqualTo(102);
            held.forEach(DecodedHeapTest::answer);
            for (int i = 0; i < 5; i++) {
                assertThat(clients.get(i).receiveCorrelationId()).isEqualTo(i);
            }
            Eventually.is("all heap given back", () -> server.server().decodedBytes() == 0);
            clients.forEach(RawClient::close);
            List.of(first, second, third, small).forEach(RawClient::close);
        }
    }

    @Test
    void aConnectionWithRequestsInFlightWaitsWithItsNextUntilThereIsRoom() throws Exception {
        try (TestServer server = server();
                RawClient client = server.client()) {
            for (int i = 0; i < 8; i++) {
                client.send(heartbeat(i, 2_000));
            }
            List<RequestContext> held = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                held.add(next(i));
            }
            client.send(heartbeat(8, 1));
            try (RawClient other = server.client()) {
                other.send(heartbeat(100, 1));
                answer(next(100));
                assertThat(other.receiveCorrelationId()).isEqualTo(100);
            }
            assertThat(started).isEmpty();
            held.forEach(DecodedHeapTest::answer);
            for (int i = 5; i < 9; i++) {
                answer(next(i));
            }
            for (int i = 0; i < 9; i++) {
                assertThat(client.receiveCorrelationId()).isEqualTo(i);
            }
            Eventually.is("all heap given back", () -> server.server().decodedBytes() == 0);
        }
    }

    @Test
    void whoLeavesWhileItsRequestWaitsLeavesNothingBehind() throws Exception {
        try (TestServer server = server()) {
            List<RawClient> clients = new ArrayList<>();
            List<RequestContext> held = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                RawClient client = server.client();
                clients.add(client);
                client.send(heartbeat(i, 2_000));
                held.add(next(i));
            }
            for (int i = 0; i < 3; i++) {
                RawClient waiting = server.client();
                clients.add(waiting);
                waiting.send(heartbeat(100 + i, 2_000));
            }
            RawClient small = server.client();
            small.send(heartbeat(200, 1));
            answer(next(200));
            assertThat(small.receiveCorrelationId()).isEqualTo(200);
            clients.forEach(RawClient::close);
            Eventually.is("they have left", () -> server.server().connections() == 1);
            held.forEach(DecodedHeapTest::answer);
            Eventually.is("all heap given back", () -> server.server().decodedBytes() == 0);
            Eventually.is("all memory given back", () -> server.server().inflightBytes() == 0);
            assertThat(started).isEmpty();
            small.close();
        }
    }
}
