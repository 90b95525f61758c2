package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import mortise.api.HostPort;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What users and strangers get wrong, against a real process: one line with cause and remedy, and
 * the broker goes on.
 */
class BadInputTest {
    @TempDir static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.start(directory.resolve("data"));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static BrokerProcess.Finished startFails(String... arguments) {
        BrokerProcess.Finished finished = BrokerProcess.run(arguments);
        assertThat(finished.status()).as("%s %s", finished.out(), finished.err()).isEqualTo(1);
        return finished;
    }

    private static void oneLine(BrokerProcess.Finished finished, String... parts) {
        List<String> said =
                finished.err().lines().filter(line -> line.startsWith("mortise: ")).toList();
        assertThat(said).as(finished.err()).hasSize(1);
        assertThat(said.getFirst()).contains(parts);
    }

    @Test
    void aPortInUseIsOneLine() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            oneLine(
                    startFails(
                            "start",
                            "--listen",
                            address,
                            "--data",
                            directory.resolve("port").toString()),
                    address,
                    "in use",
                    "--listen");
        }
    }

    @Test
    void aMissingJdkIsOneLineThatSaysWhereItLooked() {
        Assumptions.assumeTrue(
                BrokerProcess.run(Map.of(), List.of("unshare", "-m", "true"), "").status() == 0,
                "mount namespaces are not to be had on this machine (unshare -m)");
        String hidden =
                "mount -t tmpfs none /usr/lib/jvm && mount -t tmpfs none /opt && exec \"$0\" start";
        BrokerProcess.Finished finished =
                BrokerProcess.run(
                        Map.of(
                                "JAVA_HOME",
                                "/nowhere",
                                "HOME",
                                "/nowhere",
                                "PATH",
                                "/usr/bin:/bin"),
                        List.of(
                                "unshare",
                                "-m",
                                "sh",
                                "-c",
                                hidden,
                                BrokerProcess.HOME.resolve("mortise").toString()),
                        "");
        assertThat(finished.status()).isEqualTo(69);
        assertThat(finished.err().lines()).hasSize(1);
        assertThat(finished.err())
                .contains(
                        "no JDK 25 found",
                        "JAVA_HOME (/nowhere)",
                        "/usr/lib/jvm",
                        "install a JDK 25");
    }

    @Test
    void aForeignDataDirectoryIsRefusedAndLeftAlone() throws IOException {
        Path foreign = Files.createDirectories(directory.resolve("foreign"));
        Files.writeString(foreign.resolve("thesis.txt"), "precious");
        oneLine(
                startFails("start", "--listen", "127.0.0.1:0", "--data", foreign.toString()),
                foreign.toString(),
                "thesis.txt",
                "--data");
        Path kafka = Files.createDirectories(directory.resolve("kafka"));
        Files.writeString(kafka.resolve("meta.properties"), "version=1\n");
        oneLine(
                startFails("start", "--listen", "127.0.0.1:0", "--data", kafka.toString()),
                "Apache Kafka",
                "meta.properties");
        try (var left = Files.list(foreign)) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void aSecondBrokerOnOneDirectoryIsRefused() {
        oneLine(
                startFails(
                        "start",
                        "--listen",
                        "127.0.0.1:0",
                        "--data",
                        directory.resolve("data").toString()),
                "in use by another broker",
                "pid " + broker.pid());
    }

    @Test
    void anotherNodesDirectoryIsRefused() {
        Path data = directory.resolve("other-node");
        BrokerProcess.start(data).close();
        oneLine(
                startFails(
                        "start", "--listen", "127.0.0.1:0", "--data", data.toString(), "--id", "7"),
                "belongs to node 1",
                "--id 1");
    }

    @Test
    void unknownKeysAreListedAllAtOnceWithTheNearestNames() throws IOException {
        Path file =
                Files.writeString(
                        directory.resolve("bad.yaml"),
                        "net:\n  max-request-byte: 5\ndurability: sometimes\n");
        BrokerProcess.Finished finished =
                startFails("start", "--config", file.toString(), "--set", "listenerz=127.0.0.1:0");
        assertThat(finished.err().lines().filter(line -> line.startsWith("mortise: "))).hasSize(3);
        assertThat(finished.err())
                .contains(
                        "net.max-request-byte: is not a known key; did you mean net.max-request-bytes")
                .contains("durability: 'sometimes' is not one of page-cache, fsync")
                .contains("listenerz: is not a known key; did you mean listeners");
    }

    @Test
    void anUnknownEnvironmentVariableNamesTheNearest() {
        BrokerProcess.Finished finished =
                BrokerProcess.run(
                        Map.of("MORTISE_NET__MAX_REQUEST_BYTE", "5"),
                        BrokerProcess.command(List.of("start", "--check-config")),
                        "");
        assertThat(finished.status()).isEqualTo(1);
        assertThat(finished.err())
                .contains(
                        "MORTISE_NET__MAX_REQUEST_BYTE: stands for no known key; did you mean MORTISE_NET__MAX_REQUEST_BYTES");
    }

    @Test
    void anUnknownPluginListsThoseThatThereAre() {
        oneLine(
                startFails("start", "--set", "plugins.storage=cloud"),
                "no storage plugin named 'cloud'",
                "local, memory");
    }

    private static Socket connect() throws IOException {
        HostPort address = HostPort.parse(broker.bootstrap());
        Socket socket = new Socket(address.host(), address.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Sends bytes and reads until the broker closes. */
    private static byte[] answerTo(byte[] bytes) throws IOException {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
            InputStream in = socket.getInputStream();
            return in.readAllBytes();
        }
    }

    private static void logs(String... parts) {
        assertThat(
                        broker.log()
                                .lines()
                                .filter(line -> List.of(parts).stream().allMatch(line::contains))
                                .toList())
                .as("log lines with %s in %s", List.of(parts), broker.log())
                .isNotEmpty();
    }

    private static void stillServes() throws Exception {
        assertThat(BrokerProcess.run("topics", "list", "--bootstrap", broker.bootstrap()).status())
                .isZero();
    }

    @Test
    void tlsOnThePlaintextPortIsNamedInTheLog() throws Exception {
        byte[] hello = {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, (byte) 0xfc, 0x03, 0x03};
        assertThat(answerTo(hello)).isEmpty();
        logs("TLS", "plaintext");
        stillServes();
    }

    @Test
    void aBrowserGetsALineOfText() throws Exception {
        String answer =
                new String(
                        answerTo(
                                "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII)),
                        StandardCharsets.US_ASCII);
        assertThat(answer).startsWith("HTTP/1.1 400").contains("Kafka");
        logs("HTTP");
        stillServes();
    }

    @Test
    void anOversizedFrameClosesTheConnection() throws Exception {
        assertThat(answerTo(ByteBuffer.allocate(12).putInt(Integer.MAX_VALUE).putLong(0).array()))
                .isEmpty();
        logs("2147483647", "net.max-request-bytes");
        stillServes();
    }

    @Test
    void aTruncatedFrameIsForgotten() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(ByteBuffer.allocate(8).putInt(1_000).putInt(7).array());
        }
        stillServes();
    }

    @Test
    void garbageAfterAValidHeaderClosesTheConnectionAndIsNamed() throws Exception {
        // CreateTopics version 2 with an array of two billion topics
        ByteBuffer frame = ByteBuffer.allocate(4 + 8 + 2 + 1 + 4 + 8);
        frame.putInt(frame.capacity() - 4)
                .putShort((short) 19)
                .putShort((short) 2)
                .putInt(1)
                .putShort((short) 1)
                .put((byte) 'x');
        frame.putInt(2_000_000_000).putLong(0);
        assertThat(answerTo(frame.array())).isEmpty();
        logs("CreateTopics");
        stillServes();
    }

    @Test
    void anUnsupportedVersionIsNamedAndApiVersionsIsAnsweredAnyway() throws Exception {
        ByteBuffer produce =
                ByteBuffer.allocate(4 + 8 + 2)
                        .putInt(10)
                        .putShort((short) 0)
                        .putShort((short) 99)
                        .putInt(1)
                        .putShort((short) -1);
        assertThat(answerTo(produce.array())).isEmpty();
        logs("Produce", "99");
        try (Socket socket = connect()) {
            ByteBuffer versions =
                    ByteBuffer.allocate(4 + 8 + 2)
                            .putInt(10)
                            .putShort((short) 18)
                            .putShort((short) 99)
                            .putInt(5)
                            .putShort((short) -1);
            socket.getOutputStream().write(versions.array());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            int length = in.readInt();
            assertThat(length).isGreaterThan(10);
            assertThat(in.readInt()).as("correlation id").isEqualTo(5);
            assertThat(in.readShort()).as("error").isEqualTo((short) 35);
        }
    }

    @Test
    void anUnknownTopicIsNamed() {
        oneLine(
                BrokerProcess.run("consume", "nothing-here", "--bootstrap", broker.bootstrap()),
                "nothing-here",
                "UNKNOWN_TOPIC_OR_PARTITION");
    }

    @Test
    void invalidTopicNamesAndConfigsAreNamed() {
        oneLine(create("a/b"), "INVALID_TOPIC_EXCEPTION", "a/b");
        oneLine(create("x".repeat(250)), "INVALID_TOPIC_EXCEPTION", "249");
        oneLine(
                create("configured", "--config", "retention.mz=5"),
                "INVALID_CONFIG",
                "retention.mz");
        oneLine(
                create("configured", "--config", "segment.bytes=-1"),
                "INVALID_CONFIG",
                "segment.bytes");
        oneLine(
                create("configured", "--config", "cleanup.policy=compact"),
                "cleanup.policy",
                "compact",
                "local");
        oneLine(
                create("configured", "--replication-factor", "3"),
                "INVALID_REPLICATION_FACTOR",
                "3");
        oneLine(create("configured", "--partitions", "0"), "INVALID_PARTITIONS");
    }

    private static BrokerProcess.Finished create(String topic, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of("topics", "create", topic, "--bootstrap", broker.bootstrap()));
        arguments.addAll(List.of(more));
        return BrokerProcess.run(arguments.toArray(String[]::new));
    }

    @Test
    void aBatchLargerThanTheTopicAllowsIsRefused() throws Exception {
        assertThat(create("small", "--config", "max.message.bytes=1000").status()).isZero();
        try (KafkaProducer<byte[], byte[]> producer =
                JavaClient.producer(broker.bootstrap(), Map.of())) {
            assertThat(producer.send(new ProducerRecord<>("small", new byte[5_000])))
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableOfType(ExecutionException.class)
                    .withMessageContaining("RecordTooLarge");
            producer.send(new ProducerRecord<>("small", new byte[500])).get();
        }
    }

    @Test
    void nobodyListeningIsOneLine() {
        oneLine(
                BrokerProcess.run("topics", "list", "--bootstrap", "127.0.0.1:1"),
                "cannot connect to 127.0.0.1:1",
                "--bootstrap");
    }
}
