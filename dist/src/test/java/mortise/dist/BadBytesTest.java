package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mortise.wire.ApiKey;
import mortise.wire.message.ApiVersionsRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bytes that are no request of the Kafka protocol, sent to a real process: they end their
 * connection with one line in the log, and the broker goes on.
 */
@ExtendWith(ErrorsPage.class)
class BadBytesTest {
    private static final byte[] VERSIONS =
            ByteConnection.frame(
                    ApiKey.API_VERSIONS,
                    3,
                    1,
                    new ApiVersionsRequest().clientSoftwareName("raw").clientSoftwareVersion("1"));

    @TempDir static Path directory;

    private static BrokerProcess broker;
    private static int nextAddress = 2;

    @BeforeAll
    static void start() {
        broker =
                BrokerProcess.start(
                        directory.resolve("data"),
                        "--set",
                        "net.frame-timeout=1s",
                        "--set",
                        "net.max-connections=20");
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @AfterEach
    void theBrokerGoesOn() {
        boolean served = false;
        for (int attempt = 0; !served && attempt < 1_000; attempt++) {
            // the connections of a test may still be on their way out
            try (ByteConnection good = ByteConnection.to(broker.bootstrap())) {
                served = isServed(good);
            }
        }
        assertThat(served).isTrue();
        ErrorsPage.saw(broker.log());
    }

    /** From an address that has no line in the log yet. */
    private static ByteConnection connect() {
        return ByteConnection.from("127.0.0." + nextAddress++, broker.bootstrap(), 0);
    }

    /** Sends bytes and reads until the broker closes. */
    private static byte[] answerTo(byte... bytes) {
        try (ByteConnection connection = connect()) {
            return connection.send(bytes).readToEnd();
        }
    }

    /** The length and the beginning of a request, and what follows. */
    private static byte[] request(int key, int version, byte... rest) {
        ByteBuffer frame = ByteBuffer.allocate(4 + 8 + 2 + rest.length);
        return frame.putInt(frame.capacity() - 4)
                .putShort((short) key)
                .putShort((short) version)
                .putInt(1)
                .putShort((short) -1)
                .put(rest)
                .array();
    }

    @Test
    void tlsOnThePlaintextPortIsNamedInTheLog() {
        assertThat(answerTo((byte) 0x16, (byte) 3, (byte) 1, (byte) 2, (byte) 0, (byte) 1))
                .isEmpty();
    }

    @Test
    void aBrowserGetsALineOfText() {
        String request = "GET / HTTP/1.1\r\nCookie: " + "c".repeat(50_000) + "\r\n\r\n";
        String answer =
                new String(
                        answerTo(request.getBytes(StandardCharsets.US_ASCII)),
                        StandardCharsets.US_ASCII);
        assertThat(answer).startsWith("HTTP/1.1 400 ");
        ErrorsPage.saw(answer);
    }

    @Test
    void anOversizedFrameClosesTheConnection() {
        assertThat(answerTo(ByteBuffer.allocate(12).putInt(Integer.MAX_VALUE).array())).isEmpty();
        assertThat(answerTo(ByteBuffer.allocate(12).putInt(-1).array())).isEmpty();
    }

    /** Six bytes for each topic, of which the broker would make three objects. */
    @Test
    void aRequestThatDecodesToTooMuchClosesTheConnection() {
        int topics = 1_000_000;
        byte[] body = ByteBuffer.allocate(8 + 6 * topics).putInt(4, topics).array();
        assertThat(answerTo(request(ApiKey.LIST_OFFSETS.id(), 1, body))).isEmpty();
    }

    @Test
    void aTruncatedFrameHasItsTimeAndNoMore() {
        assertThat(answerTo(ByteBuffer.allocate(8).putInt(1_000).putInt(7).array())).isEmpty();
        try (ByteConnection gone = connect()) {
            gone.send(ByteBuffer.allocate(8).putInt(1_000).putInt(7).array());
        }
    }

    @Test
    void aFrameTooShortForAHeaderClosesTheConnection() {
        assertThat(answerTo((byte) 0, (byte) 0, (byte) 0, (byte) 1, (byte) 0)).isEmpty();
    }

    @Test
    void garbageAfterAValidHeaderClosesTheConnectionAndIsNamed() {
        byte[] twoBillionTopics = ByteBuffer.allocate(12).putInt(2_000_000_000).array();
        assertThat(answerTo(request(ApiKey.CREATE_TOPICS.id(), 2, twoBillionTopics))).isEmpty();
        byte[] valid = request(ApiKey.METADATA.id(), 1, ByteBuffer.allocate(4).putInt(-1).array());
        byte[] longer = ByteBuffer.allocate(valid.length + 3).put(valid).array();
        ByteBuffer.wrap(longer).putInt(0, longer.length - 4);
        assertThat(answerTo(longer)).isEmpty();
    }

    @Test
    void anApiThatIsNotServedIsNamed() {
        assertThat(answerTo(request(999, 0))).isEmpty();
        assertThat(answerTo(request(ApiKey.SASL_HANDSHAKE.id(), 1))).isEmpty();
    }

    @Test
    void anUnsupportedVersionIsNamedAndApiVersionsIsAnsweredAnyway() {
        assertThat(answerTo(request(ApiKey.PRODUCE.id(), 99))).isEmpty();
        try (ByteConnection connection = connect()) {
            ByteBuffer answer = connection.send(request(ApiKey.API_VERSIONS.id(), 99)).receive();
            assertThat(answer.getInt()).as("correlation id").isEqualTo(1);
            assertThat(answer.getShort()).as("UNSUPPORTED_VERSION").isEqualTo((short) 35);
        }
    }

    @Test
    void oneConnectionTooManyIsClosed() {
        List<ByteConnection> open = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            open.add(ByteConnection.from("127.0.0.99", broker.bootstrap(), 0));
        }
        long served = open.stream().filter(BadBytesTest::isServed).count();
        open.forEach(ByteConnection::close);
        assertThat(served).isBetween(1L, 20L);
    }

    private static boolean isServed(ByteConnection connection) {
        try {
            return connection.send(VERSIONS).receive().hasRemaining();
        } catch (UncheckedIOException closed) {
            return false;
        }
    }
}
