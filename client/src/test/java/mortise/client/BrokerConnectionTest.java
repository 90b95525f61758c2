package mortise.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import mortise.api.HostPort;
import mortise.wire.ApiKey;
import mortise.wire.Payload;
import mortise.wire.message.MetadataRequest;
import mortise.wire.message.MetadataResponse;
import mortise.wire.message.ProduceRequest;
import mortise.wire.message.ProduceResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One request, one answer, one deadline; whatever else comes ends the connection. */
class BrokerConnectionTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final ScriptedBroker broker = new ScriptedBroker();

    /** Held, because a socket that nobody holds is closed by the garbage collector. */
    private volatile @Nullable Socket deafPeer;

    @AfterEach
    void close() throws IOException {
        broker.close();
        Socket peer = deafPeer;
        if (peer != null) {
            peer.close();
        }
    }

    private BrokerConnection open(ClientTime time, Duration timeout) {
        return BrokerConnection.open(
                broker.address(), "test", timeout, time, Deadline.after(time, timeout));
    }

    private static MetadataResponse ask(BrokerConnection connection) {
        return connection.call(ApiKey.METADATA, new MetadataRequest(), MetadataResponse.class);
    }

    @Test
    void theAnswerToAnotherRequestIsNotTaken() {
        broker.on(
                ApiKey.METADATA,
                (exchange, normally) ->
                        exchange.answer(normally.get(), exchange.correlationId() + 1));
        try (BrokerConnection connection = open(new FakeTime(), LONG)) {
            assertThatThrownBy(() -> ask(connection))
                    .isInstanceOf(ConnectionFailedException.class)
                    .hasMessageMatching(
                            "127.0.0.1:\\d+: it answered request 2 when Metadata was request 1; .*");
            assertThat(connection.isOpen()).isFalse();
        }
    }

    @Test
    void anAnswerThatIsCutEndsTheConnection() {
        broker.on(
                ApiKey.METADATA,
                (exchange, normally) -> {
                    exchange.answerPartly(normally.get(), 9);
                    exchange.hangUp();
                });
        try (BrokerConnection connection = open(new FakeTime(), LONG)) {
            assertThatThrownBy(() -> ask(connection))
                    .hasMessageContaining("closed the connection instead of answering Metadata");
            assertThat(connection.isOpen()).isFalse();
        }
    }

    @Test
    void aCallEndsByItsDeadlineHoweverManyBytesArrive() {
        broker.on(
                ApiKey.METADATA,
                (exchange, normally) -> {
                    exchange.write(
                            ByteBuffer.allocate(4).putInt(BrokerConnection.LONGEST_ANSWER).array());
                    while (true) {
                        exchange.write(new byte[1]);
                    }
                });
        FakeTime time = new FakeTime();
        try (BrokerConnection connection = open(time, Duration.ofMillis(1))) {
            assertThatThrownBy(() -> ask(connection))
                    .hasMessageContaining("no answer to Metadata within 1 ms");
            assertThat(connection.isOpen()).isFalse();
        }
    }

    @Test
    void aPeerThatDoesNotReadHoldsNobodyLongerThanTheDeadline() throws IOException {
        try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread versions = Thread.ofVirtual().start(() -> answerVersionsOnly(deaf));
            ClientTime time = ClientTime.system();
            HostPort address = new HostPort("127.0.0.1", deaf.getLocalPort());
            try (BrokerConnection connection =
                    BrokerConnection.open(
                            address, "test", LONG, time, Deadline.after(time, LONG))) {
                ProduceRequest large =
                        new ProduceRequest()
                                .topicData(
                                        List.of(
                                                new ProduceRequest.TopicProduceData()
                                                        .partitionData(
                                                                List.of(
                                                                        new ProduceRequest
                                                                                        .PartitionProduceData()
                                                                                .records(
                                                                                        Payload.of(
                                                                                                ByteBuffer
                                                                                                        .allocate(
                                                                                                                32
                                                                                                                        << 20)))))));
                assertThatThrownBy(() ->
                                connection.call(
                                        ApiKey.PRODUCE,
                                        large,
                                        ProduceResponse.class,
                                        Deadline.after(time, Duration.ofMillis(300))))
                        .hasMessageContaining("no answer to Produce within 300 ms");
            }
            versions.interrupt();
        }
    }

    private void answerVersionsOnly(ServerSocket deaf) {
        try {
            Socket peer = deaf.accept();
            deafPeer = peer;
            try (Socket real =
                    new Socket(InetAddress.getLoopbackAddress(), broker.address().port())) {
                byte[] request = new byte[4096];
                int count = peer.getInputStream().read(request);
                real.getOutputStream().write(request, 0, count);
                byte[] length = real.getInputStream().readNBytes(4);
                peer.getOutputStream().write(length);
                peer.getOutputStream()
                        .write(real.getInputStream().readNBytes(ByteBuffer.wrap(length).getInt()));
            }
        } catch (IOException gone) {
            // the test has ended
        }
    }

    @Test
    void anAnswerThatIsTooLongIsRefusedBeforeItIsRead() {
        broker.on(
                ApiKey.METADATA,
                (exchange, normally) ->
                        exchange.write(ByteBuffer.allocate(4).putInt(1 << 30).array()));
        try (BrokerConnection connection = open(new FakeTime(), LONG)) {
            assertThatThrownBy(() -> ask(connection))
                    .hasMessageContaining(
                            "its answer to Metadata has 1073741824 bytes, at most 67108864 are read");
        }
    }

    @Test
    void whoDoesNotSpeakKafkaIsNamedAtTheFirstAnswer() {
        broker.on(
                ApiKey.API_VERSIONS,
                (exchange, normally) ->
                        exchange.write("HTTP/1.1 400\r\n".getBytes(StandardCharsets.US_ASCII)));
        assertThatThrownBy(() -> open(new FakeTime(), LONG))
                .hasMessageContaining(
                        "does not speak the Kafka protocol: its answer to ApiVersions begins with 'HTTP'");
    }

    @Test
    void anAnswerThatCannotBeParsedEndsTheConnection() {
        broker.on(
                ApiKey.METADATA,
                (exchange, normally) ->
                        exchange.write(
                                ByteBuffer.allocate(12)
                                        .putInt(8)
                                        .putInt(exchange.correlationId())
                                        .putInt(-1)
                                        .array()));
        try (BrokerConnection connection = open(new FakeTime(), LONG)) {
            assertThatThrownBy(() -> ask(connection)).hasMessageContaining("cannot be parsed");
            assertThat(connection.isOpen()).isFalse();
        }
    }
}
