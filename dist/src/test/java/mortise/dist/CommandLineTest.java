package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
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
