package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import mortise.api.Clock;
import mortise.tck.sim.Seeded;
import mortise.tck.sim.SimClock;
import mortise.wire.ApiKey;
import mortise.wire.message.HeartbeatRequest;
import mortise.wire.message.HeartbeatResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BadInputTest {
    private static final ScriptedHandler<HeartbeatRequest> HEARTBEAT =
            new ScriptedHandler<>(
                    ApiKey.HEARTBEAT,
                    (context, request) -> context.respond(new HeartbeatResponse()));

    private static byte[] heartbeat(int correlationId) {
        return RawClient.frame(
                ApiKey.HEARTBEAT,
                4,
                correlationId,
                new HeartbeatRequest().groupId("group").memberId("member"));
    }

    private static TestServer server() {
        return TestServer.with(HEARTBEAT);
    }

    /** Sends bytes that must end the connection, and gives the one line about it. */
    private static String lineAbout(byte[] bytes) {
        try (PeerLines lines = new PeerLines();
                TestServer server = server();
                RawClient client = server.client()) {
            client.send(bytes);
            assertThat(client.closedByServer()).isTrue();
            Eventually.is("all memory given back", () -> server.server().inflightBytes() == 0);
            return lines.only();
        }
    }

    @Test
    void aRequestLargerThanTheBoundIsNamedWithItsSizeAndTheBound() {
        assertThat(lineAbout(ByteBuffer.allocate(4).putInt(104_857_601).array()))
                .startsWith("WARN closing the connection from 127.0.0.1:")
                .contains("104857601 bytes")
                .contains("104857600")
                .contains("net.max-request-bytes");
    }

    @Test
    void aNegativeLengthEndsTheConnection() {
        assertThat(lineAbout(ByteBuffer.allocate(4).putInt(-5).array())).contains("-5 bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7})
    void aFrameThatIsTooShortForAHeaderEndsTheConnection(int length) {
        assertThat(lineAbout(ByteBuffer.allocate(4 + length).putInt(length).array()))
                .contains("cannot be parsed")
                .contains("has " + length + " bytes");
    }

    @ParameterizedTest
    @ValueSource(shorts = {4, 7, 95, -1, Short.MAX_VALUE})
    void anUnknownApiKeyEndsTheConnection(short key) {
        byte[] frame = heartbeat(1);
        ByteBuffer.wrap(frame).putShort(4, key);
        assertThat(lineAbout(frame)).contains("API key " + key).contains("not served");
    }

    @Test
    void anApiWithoutAHandlerEndsTheConnection() {
        byte[] frame = heartbeat(1);
        ByteBuffer.wrap(frame).putShort(4, ApiKey.CREATE_ACLS.id()).putShort(6, (short) 3);
        assertThat(lineAbout(frame))
                .contains(
                        ": a client ('raw') asks for CreateAcls (API key 30), which is not served: ACLs are not kept by the broker; ");
    }

    @ParameterizedTest
    @ValueSource(shorts = {5, -1, 1_000})
    void aVersionThatIsNotServedEndsTheConnection(short version) {
        byte[] frame = heartbeat(1);
        ByteBuffer.wrap(frame).putShort(6, version);
        assertThat(lineAbout(frame)).contains("version " + version + " of Heartbeat");
    }

    @Test
    void garbageAfterAValidHeaderEndsTheConnectionAndNamesTheApi() {
        byte[] frame = heartbeat(1);
        for (int i = 4 + 8 + 2 + 3 + 1; i < frame.length; i++) {
            frame[i] = (byte) 0xff;
        }
        assertThat(lineAbout(frame)).contains("Heartbeat").contains("cannot be parsed");
    }

    @Test
    void bytesAfterTheRequestEndTheConnection() {
        byte[] frame = heartbeat(1);
        byte[] longer = Arrays.copyOf(frame, frame.length + 3);
        ByteBuffer.wrap(longer).putInt(0, longer.length - 4);
        assertThat(lineAbout(longer)).contains("Heartbeat").contains("cannot be parsed");
    }

    @Test
    void earlierRequestsAreAnsweredBeforeGarbageEndsTheConnection() {
        try (PeerLines lines = new PeerLines();
                TestServer server = server();
                RawClient client = server.client()) {
            byte[] valid = heartbeat(1);
            byte[] both = Arrays.copyOf(valid, valid.length + 4);
            ByteBuffer.wrap(both).putInt(valid.length, -1);
            client.send(both);
            assertThat(client.receiveCorrelationId()).isEqualTo(1);
            assertThat(client.closedByServer()).isTrue();
            assertThat(lines.only()).contains("-1 bytes");
        }
    }

    @Test
    void aTlsHandshakeIsNamed() throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine("localhost", 9092);
        engine.setUseClientMode(true);
        engine.beginHandshake();
        ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        byte[] bytes = new byte[hello.flip().remaining()];
        hello.get(bytes);
        assertThat(lineAbout(bytes)).contains("TLS handshake").contains("PLAINTEXT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "HEAD", "OPTIONS", "DELETE", "PUT"})
    void aBrowserReadsThatItCameToTheWrongPort(String method) {
        try (PeerLines lines = new PeerLines();
                TestServer server = server();
                RawClient client = server.client()) {
            client.send(
                    (method + " / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(client.receiveUntilClosed(), StandardCharsets.US_ASCII);
            assertThat(answer)
                    .startsWith("HTTP/1.1 400 Bad Request\r\n")
                    .contains("\r\n\r\n")
                    .contains("Kafka protocol");
            assertThat(lines.only()).contains("HTTP request");
        }
    }

    @Test
    void aBrowserWithLongHeadersReadsItTooAndHoldsNoMemory() throws Exception {
        SimClock clock = new SimClock();
        try (TestServer server = TestServer.with(Transport.best(), clock, Map.of(), HEARTBEAT);
                RawClient client = server.client()) {
            byte[] request =
                    ("GET / HTTP/1.1\r\nCookie: " + "c".repeat(300_000) + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII);
            client.send(request);
            assertThat(new String(client.receiveUntilClosed(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 400 Bad Request\r\n");
            client.send(request);
            Eventually.is("what it sends is dropped", () -> server.server().inflightBytes() == 0);
            assertThat(server.server().connections()).isEqualTo(1);
            clock.advance(Duration.ofSeconds(2));
            server.server().sweep();
            Eventually.is("the connection is gone", () -> server.server().connections() == 0);
        }
    }

    @Test
    void aTruncatedFrameEndsTheConnectionOnceItHasHadItsTime() {
        SimClock clock = new SimClock();
        try (PeerLines lines = new PeerLines();
                TestServer server = TestServer.with(Transport.best(), clock, Map.of(), HEARTBEAT);
                RawClient client = server.client()) {
            client.send(heartbeat(1), 0, 20);
            Eventually.is("the bytes have arrived", () -> server.server().inflightBytes() > 0);
            server.server().sweep(); // behind the read
            clock.advance(Duration.ofSeconds(59));
            server.server().sweep();
            assertThat(server.server().connections()).isEqualTo(1);
            clock.advance(Duration.ofSeconds(1));
            server.server().sweep();
            assertThat(client.closedByServer()).isTrue();
            assertThat(lines.only()).contains("net.frame-timeout").contains("60000 ms");
            Eventually.is("all memory given back", () -> server.server().inflightBytes() == 0);
        }
    }

    @Test
    void oneLinePerPeerAndKindAndTheNextSaysHowManyWereLeftOut() {
        SimClock clock = new SimClock();
        try (PeerLines lines = new PeerLines();
                TestServer server = TestServer.with(Transport.best(), clock, Map.of(), HEARTBEAT)) {
            sendGarbage(server, 5);
            assertThat(lines.lines()).hasSize(1);
            clock.advance(PeerLog.INTERVAL);
            sendGarbage(server, 1);
            assertThat(lines.lines()).hasSize(2);
            assertThat(lines.lines().getLast()).contains("and 4 more of this kind from 127.0.0.1");
        }
    }

    private static void sendGarbage(TestServer server, int times) {
        for (int i = 0; i < times; i++) {
            try (RawClient client = server.client()) {
                client.send(ByteBuffer.allocate(4).putInt(-1).array());
                assertThat(client.closedByServer()).isTrue();
            }
        }
    }

    @Seeded(runs = 100)
    void validRequestsInAnyPiecesAreAnsweredUntilTheGarbageBehindThem(RandomGenerator random) {
        try (TestServer server =
                        TestServer.with(
                                Transport.best(),
                                Clock.system(),
                                Map.of(
                                        "net.threads", "1",
                                        "net.max-inflight-bytes", "1MiB",
                                        "net.max-request-bytes", "1MiB",
                                        "net.max-connection-requests", "3"),
                                HEARTBEAT);
                RawClient client = server.client()) {
            int count = random.nextInt(1, 30);
            ByteBuffer stream = ByteBuffer.allocate(1 << 20);
            for (int i = 0; i < count; i++) {
                stream.put(
                        RawClient.frame(
                                ApiKey.HEARTBEAT,
                                4,
                                i,
                                new HeartbeatRequest()
                                        .memberId(
                                                "m"
                                                        .repeat(
                                                                random.nextInt(
                                                                        1
                                                                                << random.nextInt(
                                                                                        14))))));
            }
            byte[] garbage = new byte[random.nextInt(4, 200)];
            random.nextBytes(garbage);
            garbage[0] = (byte) -1; // a negative length: never the beginning of a frame
            stream.put(garbage);
            int length = stream.position();
            for (int at = 0; at < length; ) {
                int piece = Math.min(1 << random.nextInt(15), length - at);
                client.send(stream.array(), at, piece);
                at += piece;
            }
            for (int i = 0; i < count; i++) {
                assertThat(client.receiveCorrelationId()).isEqualTo(i);
            }
            assertThat(client.closedByServer()).isTrue();
            Eventually.is("all memory given back", () -> server.server().inflightBytes() == 0);
        }
    }

    @Seeded(runs = 200)
    void randomBytesNeverDoWorseThanToEndTheirConnection(RandomGenerator random) {
        try (TestServer server =
                TestServer.with(
                        Transport.best(),
                        Clock.system(),
                        Map.of("net.threads", "1", "net.max-request-bytes", "1MiB"),
                        HEARTBEAT)) {
            for (int i = 0; i < 20; i++) {
                byte[] bytes = heartbeat(i);
                int flips = random.nextInt(1, 8);
                for (int j = 0; j < flips; j++) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
                try (RawClient client = server.client()) {
                    client.send(bytes);
                }
            }
            try (RawClient client = server.client()) {
                client.send(heartbeat(7));
                assertThat(client.receiveCorrelationId()).isEqualTo(7);
            }
            Eventually.is(
                    "all memory given back",
                    () ->
                            server.server().connections() == 0
                                    && server.server().inflightBytes() == 0);
        }
    }
}
