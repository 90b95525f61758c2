package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import mortise.api.Clock;
import mortise.broker.request.SlicePayload;
import mortise.wire.ApiKey;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.HeartbeatRequest;
import mortise.wire.message.HeartbeatResponse;
import mortise.wire.message.MetadataRequest;
import mortise.wire.message.MetadataResponse;
import mortise.wire.message.MetadataResponse.MetadataResponseBroker;
import org.junit.jupiter.api.Test;

/** Clients that ask and do not read, and those who must not suffer from them. */
class UnreadAnswersTest {
    /** More than the kernel takes from us for a client that does not read. */
    private static final int ANSWER_BYTES = 6 << 20;

    private static final int MAX_UNSENT_BYTES = 24 << 20;
    private static final int RECEIVE_BUFFER_BYTES = 1 << 10;
    private static final Map<String, String> SETTINGS =
            Map.of(
                    "net.threads", "2",
                    "net.max-response-bytes", "8MiB",
                    "net.max-unsent-bytes", "24MiB",
                    "net.slow-reader-timeout", "100ms");
    private static final ScriptedHandler<HeartbeatRequest> HEARTBEAT =
            new ScriptedHandler<>(
                    ApiKey.HEARTBEAT,
                    (context, request) -> context.respond(new HeartbeatResponse()));

    private final AtomicInteger built = new AtomicInteger();

    /** Answers with half a megabyte, which is reserved before it is built, on another thread. */
    private ScriptedHandler<MetadataRequest> large() {
        return new ScriptedHandler<>(
                ApiKey.METADATA,
                (context, request) ->
                        context.reserveAnswer(
                                ANSWER_BYTES + ANSWER_BYTES / 8,
                                () -> {
                                    if (context.connectionClosed()) {
                                        context.respondNothing();
                                        return;
                                    }
                                    built.incrementAndGet();
                                    Thread.ofVirtual()
                                            .start(() -> context.respond(largeResponse()));
                                }));
    }

    private static MetadataResponse largeResponse() {
        List<MetadataResponseBroker> brokers = new ArrayList<>();
        String host = "h".repeat(8 << 10);
        for (int i = 0; i < ANSWER_BYTES / (16 << 10); i++) {
            brokers.add(new MetadataResponseBroker().nodeId(i).host(host).rack(host));
        }
        return new MetadataResponse().brokers(brokers);
    }

    private static byte[] metadata(int correlationId) {
        return RawClient.frame(ApiKey.METADATA, 9, correlationId, new MetadataRequest());
    }

    private static byte[] heartbeat(int correlationId) {
        return RawClient.frame(
                ApiKey.HEARTBEAT,
                4,
                correlationId,
                new HeartbeatRequest().groupId("g").memberId("m"));
    }

    @Test
    void thoseWhoDoNotReadHoldBoundedMemoryAreClosedByNameAndTheOthersAreServed() {
        try (PeerLines lines = new PeerLines();
                TestServer server =
                        TestServer.with(
                                Transport.best(), Clock.system(), SETTINGS, large(), HEARTBEAT);
                RawClient honest = server.client();
                Highest held = new Highest(() -> server.server().unsentBytes())) {
            List<RawClient> rude = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                RawClient client = RawClient.connect(server.port(), RECEIVE_BUFFER_BYTES);
                client.send(metadata(i));
                rude.add(client);
                honest.send(heartbeat(i));
                assertThat(honest.receiveCorrelationId()).isEqualTo(i);
            }
            honest.send(metadata(1_000));
            assertThat(honest.receive().remaining()).isGreaterThan(ANSWER_BYTES);
            assertThat(held.seen()).isLessThan(MAX_UNSENT_BYTES + (64 << 10));
            assertThat(lines.lines()).isNotEmpty().hasSizeLessThan(5);
            assertThat(lines.lines().getFirst())
                    .contains("closing the connection from 127.0.0.1:")
                    .contains("net.max-unsent-bytes");
            assertThat(isCutOff(rude.getFirst())).isTrue();
            rude.forEach(RawClient::close);
            Eventually.is("all memory given back", () -> server.server().unsentBytes() == 0);
            honest.send(heartbeat(7));
            assertThat(honest.receiveCorrelationId()).isEqualTo(7);
        }
    }

    /** The highest of a figure that a thread reads again and again until it is closed. */
    private static final class Highest implements AutoCloseable {
        private volatile boolean closed;
        private volatile long seen;
        private final Thread reading;

        Highest(LongSupplier figure) {
            reading =
                    Thread.ofPlatform()
                            .start(() -> {
                                while (!closed) {
                                    seen = Math.max(seen, figure.getAsLong());
                                }
                            });
        }

        long seen() {
            return seen;
        }

        @Override
        public void close() {
            closed = true;
            try {
                reading.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whether the connection ends within the answer. */
    private static boolean isCutOff(RawClient client) {
        try {
            return client.receiveUntilClosed().length < ANSWER_BYTES;
        } catch (UncheckedIOException reset) {
            return true;
        }
    }

    @Test
    void aLargeAnswerIsNotBuiltBeforeItIsItsTurn() {
        try (TestServer server =
                        TestServer.with(
                                Transport.best(), Clock.system(), SETTINGS, large(), HEARTBEAT);
                RawClient client = RawClient.connect(server.port(), RECEIVE_BUFFER_BYTES)) {
            for (int i = 0; i < 20; i++) {
                client.send(metadata(i));
            }
            Eventually.is("answers wait for the client", () -> server.server().unsentBytes() > 0);
            assertThat(built.get()).isLessThan(5);
            for (int i = 0; i < 20; i++) {
                assertThat(client.receiveCorrelationId()).isEqualTo(i);
            }
            assertThat(built).hasValue(20);
            Eventually.is("all memory given back", () -> server.server().unsentBytes() == 0);
        }
    }

    @Test
    void copiedRecordsAreCountedTooAndHonestReadersGoOn() {
        byte[] records = new byte[4 << 20];
        ScriptedHandler<FetchRequest> fetch =
                new ScriptedHandler<>(
                        ApiKey.FETCH,
                        (context, request) ->
                                context.respond(
                                        SliceSendingTest.response(
                                                List.of(
                                                        new SlicePayload(
                                                                CountedSlice.inMemory(records))))));
        byte[] request = RawClient.frame(ApiKey.FETCH, 12, 1, new FetchRequest());
        try (TestServer server =
                        TestServer.with(
                                Transport.best(),
                                Clock.system(),
                                Map.of(
                                        "net.max-response-bytes", "1MiB",
                                        "net.max-unsent-bytes", "1MiB",
                                        "net.slow-reader-timeout", "100ms"),
                                fetch);
                RawClient honest = server.client()) {
            List<RawClient> rude = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                RawClient client = RawClient.connect(server.port(), RECEIVE_BUFFER_BYTES);
                client.send(request);
                rude.add(client);
                assertThat(server.server().unsentBytes())
                        .isLessThan((1 << 20) + 3L * 320 * 1_024 + 40L * 8_192);
            }
            for (int i = 0; i < 5; i++) {
                honest.send(request);
                assertThat(honest.receive().remaining()).isGreaterThan(records.length);
            }
            rude.forEach(RawClient::close);
            Eventually.is("all memory given back", () -> server.server().unsentBytes() == 0);
        }
    }

    @Test
    void anAnswerThatCannotHaveMemoryClosesItsConnectionOnlyAndFloodsNoLog() {
        ScriptedHandler<MetadataRequest> failing =
                new ScriptedHandler<>(
                        ApiKey.METADATA,
                        (context, request) ->
                                context.reserveAnswer(
                                        ANSWER_BYTES,
                                        () -> {
                                            throw new OutOfMemoryError("as the test wants");
                                        }));
        try (PeerLines lines = new PeerLines();
                TestServer server =
                        TestServer.with(
                                Transport.best(), Clock.system(), SETTINGS, failing, HEARTBEAT);
                RawClient honest = server.client()) {
            for (int i = 0; i < 50; i++) {
                try (RawClient client = server.client()) {
                    client.send(metadata(i));
                    assertThat(client.closedByServer()).isTrue();
                }
            }
            honest.send(heartbeat(1));
            assertThat(honest.receiveCorrelationId()).isEqualTo(1);
            assertThat(lines.lines()).hasSizeLessThanOrEqualTo(2);
            Eventually.is("all memory given back", () -> server.server().unsentBytes() == 0);
        }
    }

    @Test
    void aHandlerThatFailsAgainAndAgainMakesOneLine() {
        ScriptedHandler<HeartbeatRequest> failing =
                new ScriptedHandler<>(
                        ApiKey.HEARTBEAT,
                        (context, request) -> {
                            throw new IllegalStateException("as the test wants");
                        });
        try (PeerLines lines = new PeerLines();
                TestServer server = TestServer.with(failing);
                RawClient client = server.client()) {
            for (int i = 0; i < 200; i++) {
                client.send(heartbeat(i));
                assertThat(client.receiveCorrelationId()).isEqualTo(i);
            }
            assertThat(lines.lines()).hasSizeLessThanOrEqualTo(3);
            assertThat(lines.lines().getFirst())
                    .startsWith("ERROR Heartbeat 0 from 127.0.0.1 failed");
        }
    }
}
