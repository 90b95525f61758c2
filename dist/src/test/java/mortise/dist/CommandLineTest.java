package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands of the README, each as a process of its own against a real broker. */
class CommandLineTest {
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

    private static String mortise(String input, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--bootstrap", broker.bootstrap()));
        BrokerProcess.Finished finished =
                BrokerProcess.run(Map.of(), BrokerProcess.command(all), input);
        assertThat(finished.status()).as("%s: %s%s", all, finished.out(), finished.err()).isZero();
        return new String(
                finished.out().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    @Test
    void topicsAreCreatedListedDescribedGrownAndDeleted() {
        assertThat(
                        mortise(
                                "",
                                "topics",
                                "create",
                                "cli",
                                "--partitions",
                                "3",
                                "--config",
                                "retention.ms=1000000"))
                .contains("created cli: 3 partitions");
        assertThat(mortise("", "topics", "list")).contains("cli\n");
        assertThat(mortise("", "topics", "describe", "cli"))
                .contains("retention.ms = 1000000", "partition 2  leader 1");
        mortise("", "topics", "grow", "cli", "--partitions", "4");
        assertThat(mortise("", "topics", "describe", "cli", "-o", "json"))
                .contains("\"partitions\":4", "\"partition\":3", "\"leader\":1");
        mortise("", "topics", "delete", "cli");
        assertThat(mortise("", "topics", "list")).doesNotContain("cli\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void whatIsProducedIsConsumed(String codec) {
        String topic = "lines-" + codec;
        mortise("", "topics", "create", topic, "--partitions", "1");
        mortise("k1=apple\nk2=Äpfel\nk1=\n", "produce", topic, "-K", "=", "--compression", codec);
        assertThat(mortise("", "consume", topic, "-K", "=")).isEqualTo("k1=apple\nk2=Äpfel\nk1=\n");
        assertThat(mortise("", "consume", topic, "--from", "1", "--max", "1")).isEqualTo("Äpfel\n");
        assertThat(mortise("", "consume", topic, "-o", "json", "--max", "1"))
                .contains("\"offset\":0", "\"key\":\"k1\"", "\"value\":\"apple\"");
    }

    @Test
    void bytesThatAreNoTextPassThrough() {
        mortise("", "topics", "create", "binary", "--partitions", "1");
        List<String> script =
                List.of(
                        "sh",
                        "-c",
                        "printf 'k\\377=\\000\\376\\007\\n' | \"$0\" produce binary -K = --bootstrap "
                                + broker.bootstrap(),
                        BrokerProcess.HOME.resolve("mortise").toString());
        assertThat(BrokerProcess.run(Map.of(), script, "").status()).isZero();
        BrokerProcess.Finished read =
                BrokerProcess.run(
                        "consume", "binary", "-K", "=", "--bootstrap", broker.bootstrap());
        assertThat(read.out().getBytes(StandardCharsets.ISO_8859_1))
                .containsExactly('k', 0xff, '=', 0, 0xfe, 7, '\n');
        assertThat(mortise("", "consume", "binary", "-o", "json"))
                .contains("\"keyBase64\":\"a/8=\",\"valueBase64\":\"AP4H\"");
    }

    @Test
    void recordsAreChosenByPartitionOffsetAndTime() {
        mortise("", "topics", "create", "chosen", "--partitions", "2");
        mortise("a=1\nb=2\nc=3\nd=4\ne=5\nf=6\n", "produce", "chosen", "-K", "=");
        String first = mortise("", "consume", "chosen", "--partition", "0");
        String second = mortise("", "consume", "chosen", "--partition", "1");
        assertThat((first + second).lines()).hasSize(6);
        assertThat(mortise("", "consume", "chosen", "--partition", "0", "--from", "1").lines())
                .hasSize((int) first.lines().count() - 1);
        assertThat(mortise("", "consume", "chosen", "--from", "end")).isEmpty();
        assertThat(mortise("", "consume", "chosen", "--from", "@0").lines()).hasSize(6);
        assertThat(mortise("", "consume", "chosen", "--from", "@99999999999999")).isEmpty();
        assertThat(mortise("", "consume", "chosen", "--max", "4").lines()).hasSize(4);
        assertThat(mortise("", "consume", "chosen", "--max", "0")).isEmpty();
    }

    @Test
    void followWaitsForMoreUntilThereIsEnough() {
        mortise("", "topics", "create", "followed", "--partitions", "1");
        List<String> script =
                List.of(
                        "sh",
                        "-c",
                        "\"$0\" consume followed --follow --max 2 --bootstrap "
                                + broker.bootstrap()
                                + " & echo one | \"$0\" produce followed --bootstrap "
                                + broker.bootstrap()
                                + "; echo two | \"$0\" produce followed --bootstrap "
                                + broker.bootstrap()
                                + "; wait",
                        BrokerProcess.HOME.resolve("mortise").toString());
        assertThat(BrokerProcess.run(Map.of(), script, "").out()).isEqualTo("one\ntwo\n");
    }

    @Test
    void aReaderThatHasHadEnoughIsNoFailure() {
        mortise("", "topics", "create", "piped", "--partitions", "1");
        mortise(("p".repeat(99) + "\n").repeat(20_000), "produce", "piped");
        List<String> script =
                List.of(
                        "bash",
                        "-c",
                        "\"$0\" consume piped --bootstrap "
                                + broker.bootstrap()
                                + " | head -1; echo ${PIPESTATUS[0]}",
                        BrokerProcess.HOME.resolve("mortise").toString());
        BrokerProcess.Finished finished = BrokerProcess.run(Map.of(), script, "");
        assertThat(finished.out()).isEqualTo("p".repeat(99) + "\n0\n");
        assertThat(finished.err()).isEmpty();
    }

    @Test
    void aReaderOfReportsThatLeavesTakesNothingFromTheInput() {
        mortise("", "topics", "create", "reported", "--partitions", "1");
        List<String> script =
                List.of(
                        "bash",
                        "-c",
                        "seq 100000 | \"$0\" produce reported -o json | head -c 0; echo ${PIPESTATUS[1]}",
                        BrokerProcess.HOME.resolve("mortise").toString());
        BrokerProcess.Finished finished =
                BrokerProcess.run(Map.of("MORTISE_BOOTSTRAP", broker.bootstrap()), script, "");
        assertThat(finished.out()).as(finished.err()).isEqualTo("0\n");
        assertThat(mortise("", "consume", "reported").lines()).hasSize(100_000);
    }

    @Test
    void theCommandRunsFromAnywhereAndThroughLinks() throws IOException {
        Path link =
                Files.createSymbolicLink(
                        directory.resolve("link"), BrokerProcess.HOME.resolve("mortise"));
        Path second = Files.createSymbolicLink(directory.resolve("second"), Path.of("link"));
        for (String command : List.of(link.toString(), "./second")) {
            List<String> script =
                    List.of(
                            "sh",
                            "-c",
                            "cd " + second.getParent() + " && " + command + " --version");
            BrokerProcess.Finished finished = BrokerProcess.run(Map.of(), script, "");
            assertThat(finished.out()).as(finished.err()).contains("mortise 0.1.0-SNAPSHOT");
        }
    }

    @Test
    void everyCommandSpeaksJson() throws IOException {
        JsonFactory json = new JsonFactory();
        List<String> documents =
                List.of(
                        mortise(
                                "",
                                "topics",
                                "create",
                                "spoken",
                                "--partitions",
                                "2",
                                "-o",
                                "json"),
                        mortise("", "topics", "list", "-o", "json"),
                        mortise("", "topics", "describe", "spoken", "-o", "json"),
                        mortise("", "topics", "grow", "spoken", "--partitions", "3", "-o", "json"),
                        mortise("a\nb\n", "produce", "spoken", "-o", "json"),
                        mortise("", "consume", "spoken", "-o", "json"),
                        mortise("", "configs", "describe", "topic", "spoken", "-o", "json"),
                        mortise("", "configs", "describe", "broker", "1", "-o", "json"),
                        mortise(
                                "",
                                "configs",
                                "alter",
                                "topic",
                                "spoken",
                                "--set",
                                "retention.ms=5",
                                "-o",
                                "json"),
                        mortise("", "topics", "delete", "spoken", "-o", "json"),
                        BrokerProcess.run("start", "--check-config", "-o", "json").out());
        for (String document : documents) {
            assertThat(document).isNotEmpty();
            for (String line : document.lines().toList()) {
                assertThat(line).matches("[\\[{].*[\\]}]");
                try (JsonParser parser = json.createParser(line)) {
                    while (parser.nextToken() != null) {
                        // the parser throws at what is not JSON
                    }
                }
            }
        }
    }

    @Test
    void aThousandLinesWithoutKeysSpreadOverPartitionsAndAllComeBack() {
        mortise("", "topics", "create", "spread", "--partitions", "3");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            lines.append("line ")
                    .append(i)
                    .append(" of some length to fill batches ")
                    .append("x".repeat(200))
                    .append('\n');
        }
        mortise(lines.toString(), "produce", "spread");
        assertThat(mortise("", "consume", "spread").lines().sorted())
                .containsExactlyElementsOf(lines.toString().lines().sorted().toList());
    }

    @Test
    void configsAreDescribedAndAltered() {
        mortise("", "topics", "create", "configured", "--partitions", "1");
        assertThat(mortise("", "configs", "describe", "topic", "configured"))
                .contains("max.message.bytes = ", "(default");
        mortise("", "configs", "alter", "topic", "configured", "--set", "max.message.bytes=12345");
        assertThat(mortise("", "configs", "describe", "topic", "configured"))
                .contains("max.message.bytes = 12345  (topic)");
        mortise("", "configs", "alter", "topic", "configured", "--delete", "max.message.bytes");
        assertThat(mortise("", "configs", "describe", "topic", "configured", "-o", "json"))
                .doesNotContain("12345");
        assertThat(mortise("", "configs", "describe", "broker", "1")).contains("num.partitions");
    }

    @Test
    void helpAndVersionNeedNoBroker() {
        assertThat(BrokerProcess.run("--help").out())
                .contains("start", "topics", "produce", "consume", "configs");
        assertThat(BrokerProcess.run("--version").out())
                .contains("mortise 0.1.0-SNAPSHOT on Java 25");
        assertThat(BrokerProcess.run("frobnicate").status()).isEqualTo(2);
    }

    @Test
    void aConfigurationFileAndTheEnvironmentAreRead() {
        assertThat(
                        BrokerProcess.run(
                                        Map.of("MORTISE_DURABILITY", "fsync"),
                                        BrokerProcess.command(List.of("start", "--check-config")),
                                        "")
                                .out())
                .contains("the configuration is good");
    }
}
