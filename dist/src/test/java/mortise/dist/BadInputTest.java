package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What users write wrongly, on the command line and in configurations: one line with cause and
 * remedy, word for word as {@code docs/errors.md} has it.
 */
@ExtendWith(ErrorsPage.class)
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
        ErrorsPage.saw(finished.err());
        assertThat(finished.status()).as("%s %s", finished.out(), finished.err()).isEqualTo(1);
        return finished;
    }

    private static void oneLine(BrokerProcess.Finished finished, String... parts) {
        ErrorsPage.saw(finished.err());
        List<String> said =
                finished.err().lines().filter(line -> line.startsWith("mortise: ")).toList();
        assertThat(said).as(finished.err()).hasSize(1);
        for (String part : parts) {
            assertThat(said.getFirst()).contains(part);
        }
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
                    "another process uses port",
                    "--listen");
        }
    }

    @Test
    void aMetricsPortInUseIsOneLine() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            oneLine(
                    startFails(
                            "start",
                            "--listen",
                            "127.0.0.1:0",
                            "--set",
                            "plugins.metrics=prometheus",
                            "--set",
                            "metrics.prometheus.listen=" + address,
                            "--data",
                            directory.resolve("metrics-port").toString()),
                    address,
                    "another process uses port",
                    "metrics.prometheus.listen");
        }
    }

    @Test
    void aMissingJdkIsOneLineThatSaysWhereItLooked() throws IOException {
        Assumptions.assumeTrue(
                BrokerProcess.run(Map.of(), List.of("unshare", "-m", "true"), "").status() == 0,
                "mount namespaces are not to be had on this machine (unshare -m)");
        Path old = Files.createDirectories(directory.resolve("jdk-17/bin")).getParent();
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.12\"\n");
        Files.createSymbolicLink(old.resolve("bin/java"), Path.of("/bin/true"));
        String hidden =
                "mount -t tmpfs none /usr/lib/jvm && mount -t tmpfs none /opt && exec \"$0\" start";
        BrokerProcess.Finished finished =
                BrokerProcess.run(
                        Map.of(
                                "JAVA_HOME",
                                old.toString(),
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
        ErrorsPage.saw(finished.err());
        assertThat(finished.status()).isEqualTo(69);
        assertThat(finished.err().lines()).hasSize(1);
        assertThat(finished.err())
                .contains(
                        "no JDK 25 found",
                        "JAVA_HOME (" + old + ", which is JDK 17)",
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
        ErrorsPage.saw(finished.err());
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
                "local");
    }

    /** The broker has that library, for itself: what it has is in another version tomorrow. */
    @Test
    void aPluginWhoseFolderLacksALibraryIsRefusedByName() throws IOException {
        PluginDirectory plugins = new PluginDirectory(directory.resolve("lacking"));
        Path library;
        try (Stream<Path> jars = Files.list(BrokerProcess.HOME.resolve("lib"))) {
            library =
                    jars.filter(jar -> jar.getFileName().toString().startsWith("snakeyaml-engine-"))
                            .findFirst()
                            .orElseThrow();
        }
        new PluginJars()
                .with(library)
                .source("module stranger.gate { requires org.snakeyaml.engine; }")
                .source("package stranger.gate; public class Gate {}")
                .write(plugins.folder("gate").resolve("gate.jar"));
        oneLine(plugins.startFails("plugins.authorizer=gate"), "plugins/gate", "stranger.gate");
        BrokerProcess.Finished verified =
                BrokerProcess.run("plugins", "verify", plugins.folder("gate").toString());
        ErrorsPage.saw(verified.out());
        assertThat(verified.status()).as(verified.out()).isEqualTo(1);
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
                create("configured", "--config", "remote.storage.enable=true"),
                "INVALID_CONFIG",
                "remote.storage.enable");
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
    void aReplicationFactorThatNoNumberHoldsIsRefused() {
        misused(create("configured", "--replication-factor", "70000"), "70000");
    }

    /** Exit status 2 and one line that names the help. */
    private static void misused(BrokerProcess.Finished finished, String... parts) {
        assertThat(finished.status()).as(finished.err()).isEqualTo(2);
        oneLine(finished, parts);
        assertThat(finished.err()).contains("--help");
    }

    @Test
    void nobodyListeningIsOneLine() {
        oneLine(
                BrokerProcess.run("topics", "list", "--bootstrap", "127.0.0.1:1"),
                "cannot connect to 127.0.0.1:1",
                "--bootstrap");
        oneLine(
                BrokerProcess.run("topics", "list", "--bootstrap", "nowhere.invalid:9092"),
                "nowhere.invalid");
    }

    /** Someone who is no Kafka broker, for one connection. */
    private static BrokerProcess.Finished listTopicsAt(byte[] answer, String... more)
            throws IOException, InterruptedException {
        try (ServerSocket stranger = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread answering =
                    Thread.ofVirtual()
                            .start(() -> {
                                try (Socket client = stranger.accept()) {
                                    client.getOutputStream().write(answer);
                                    client.getInputStream()
                                            .transferTo(OutputStream.nullOutputStream());
                                } catch (IOException gone) {
                                    // the client has seen enough
                                }
                            });
            List<String> arguments =
                    new ArrayList<>(
                            List.of(
                                    "topics",
                                    "list",
                                    "--bootstrap",
                                    "127.0.0.1:" + stranger.getLocalPort()));
            arguments.addAll(List.of(more));
            BrokerProcess.Finished finished = BrokerProcess.run(arguments.toArray(String[]::new));
            answering.join();
            return finished;
        }
    }

    @Test
    void aBootstrapThatIsNoKafkaBrokerIsNamed() throws Exception {
        oneLine(listTopicsAt("SSH-2.0-OpenSSH_9.6\r\n".getBytes(StandardCharsets.US_ASCII)));
        oneLine(listTopicsAt(new byte[0], "--timeout", "1"));
    }

    @Test
    void anAdvertisedAddressThatCannotBeReachedIsNamed() {
        try (BrokerProcess lost =
                BrokerProcess.start(
                        directory.resolve("lost"), "--advertise", "nowhere.invalid:9092")) {
            oneLine(
                    BrokerProcess.run("topics", "create", "t", "--bootstrap", lost.bootstrap()),
                    "nowhere.invalid:9092",
                    "--advertise");
        }
    }

    @Test
    void wrongAddressesAreNamed() {
        for (String listen : List.of("127.0.0.1", "127.0.0.1:99999", "127.0.0.1:abc")) {
            oneLine(startFails("start", "--listen", listen), "(from --listen)");
        }
        Path data = directory.resolve("addresses");
        oneLine(startFails("start", "--listen", "nowhere.invalid:9092", "--data", data.toString()));
        oneLine(startFails("start", "--listen", "192.0.2.1:9092", "--data", data.toString()));
        oneLine(startFails("start", "--advertise", "0.0.0.0:9092"), "(from --advertise)");
        oneLine(startFails("start", "--advertise", "broker:0"), "(from --advertise)");
    }

    @Test
    void wrongConfigurationFilesAreNamed() throws IOException {
        oneLine(startFails("start", "--config", directory.resolve("no.yaml").toString()));
        oneLine(startFails("start", "--config", directory.toString()));
        for (String text :
                List.of(
                        "a: [1\nb: 2\n",
                        "net.threads: 1\nnet.threads: 2\n",
                        "net:\n  threads: 1\nnet.threads: 2\n",
                        "just text\n",
                        "net.threads:\n")) {
            Path file = Files.writeString(directory.resolve("wrong.yaml"), text);
            oneLine(startFails("start", "--config", file.toString()), file.toString());
        }
        Path binary = Files.write(directory.resolve("binary.yaml"), new byte[] {-1, -2, 0});
        oneLine(startFails("start", "--config", binary.toString()), "UTF-8");
    }

    @Test
    void wrongValuesAreNamed() {
        oneLine(startFails("start", "--set", "net.threads=many"));
        oneLine(startFails("start", "--set", "net.threads=-1"));
        oneLine(startFails("start", "--set", "net.max-request-bytes=5zb"));
        oneLine(startFails("start", "--set", "net.idle-timeout=soon"));
        oneLine(startFails("start", "--set", "net.max-inflight-bytes=1MiB"));
        misused(BrokerProcess.run("start", "--set", "net.threads"), "KEY=VALUE");
    }

    @Test
    void wrongUseNamesTheNearest() {
        misused(BrokerProcess.run("topcis"), "topics");
        misused(BrokerProcess.run("topics", "list", "--bootstap", "a:1"), "--bootstrap");
        misused(BrokerProcess.run("topics", "create", "a", "b"), "'b'");
        misused(BrokerProcess.run("topics", "create"), "TOPIC");
        misused(BrokerProcess.run("topics", "list", "-o", "xml"), "'xml'");
        misused(BrokerProcess.run("topics", "list", "--bootstrap", "here"), "'here'");
        misused(BrokerProcess.run("consume", "a", "--timeout", "0"), "'0'");
        misused(
                BrokerProcess.run(
                        "consume",
                        "nothing-here",
                        "--max",
                        "-1",
                        "--bootstrap",
                        broker.bootstrap()),
                "'-1'");
        BrokerProcess.Finished alone = BrokerProcess.run();
        ErrorsPage.saw(alone.err());
        assertThat(alone.status()).isEqualTo(2);
        assertThat(alone.err()).contains("Commands:", "topics");
    }

    @Test
    void wrongPlacesToBeginAreNamed() {
        assertThat(create("begun", "--partitions", "1").status()).isZero();
        misused(consume("begun", "--from", "yesterday"), "yesterday");
        oneLine(consume("begun", "--from", "99"), "99");
        oneLine(consume("begun", "--partition", "7"), "7");
    }

    private static BrokerProcess.Finished consume(String topic, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("consume", topic, "--bootstrap", broker.bootstrap()));
        arguments.addAll(List.of(more));
        return BrokerProcess.run(arguments.toArray(String[]::new));
    }

    @Test
    void anUnknownPartitionerListsThoseThatThereAre() {
        misused(
                BrokerProcess.run("produce", "a", "--partitioner", "murmur3"),
                "crc32, murmur2, round-robin, sticky");
        oneLine(
                BrokerProcess.run(
                        "produce",
                        "a",
                        "--partitioner",
                        "crc32",
                        "--partitioner-set",
                        "partitioner.crc32.mod=consistent"),
                "partitioner.crc32.mode");
    }

    @Test
    void linesThatAreNoRecordsAreNamedAndThoseBeforeThemAreSent() {
        assertThat(create("keyed", "--partitions", "1").status()).isZero();
        List<String> produce =
                BrokerProcess.command(
                        List.of("produce", "keyed", "-K", "=", "--bootstrap", broker.bootstrap()));
        oneLine(BrokerProcess.run(Map.of(), produce, "a=1\nb=2\nc\nd=4\n"), "line 3");
        assertThat(consume("keyed", "-K", "=").out()).isEqualTo("a=1\nb=2\n");
        oneLine(
                BrokerProcess.run(
                        Map.of(),
                        BrokerProcess.command(
                                List.of("produce", "keyed", "--bootstrap", broker.bootstrap())),
                        "x".repeat((32 << 20) + 1)),
                "line 1");
    }

    @Test
    void failuresAreJsonWhereJsonIsAskedFor() {
        BrokerProcess.Finished refused = create("a/b", "-o", "json");
        ErrorsPage.saw(refused.err());
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err())
                .startsWith("{\"error\":\"INVALID_TOPIC_EXCEPTION\",\"message\":\"");
        BrokerProcess.Finished misused = BrokerProcess.run("topics", "list", "--output=json", "x");
        assertThat(misused.status()).isEqualTo(2);
        assertThat(misused.err()).startsWith("{\"error\":\"USAGE\",\"message\":\"");
        assertThat(BrokerProcess.run("start", "--set", "a=b", "-o", "json").err())
                .startsWith("{\"error\":\"CONFIGURATION\",\"message\":\"a: is not");
    }

    @Test
    void aWayOfLoggingThatCannotBeIsRefused() {
        Map.of(
                        "MORTISE_LOG_LEVEL",
                        "loud",
                        "MORTISE_LOG_FORMAT",
                        "xml",
                        "MORTISE_LOG_FILE",
                        "/nowhere/log",
                        "MORTISE_LOG_CONFIG",
                        "/nowhere/x.xml")
                .forEach((variable, value) -> {
                    BrokerProcess.Finished finished =
                            BrokerProcess.run(
                                    Map.of(variable, value),
                                    BrokerProcess.command(List.of("start", "--check-config")),
                                    "");
                    ErrorsPage.saw(finished.err());
                    assertThat(finished.err().lines()).hasSize(1);
                    assertThat(finished.status()).isEqualTo(1);
                });
    }
}
