package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is said about a configuration that cannot be used: everything at once. */
@ExtendWith(ErrorsPage.class)
class BadConfigurationTest {
    @TempDir Path directory;

    private static BrokerProcess.Finished run(
            Map<String, String> environment, String... arguments) {
        BrokerProcess.Finished finished =
                BrokerProcess.run(environment, BrokerProcess.command(List.of(arguments)), "");
        ErrorsPage.saw(finished.err());
        return finished;
    }

    @Test
    void anUnknownKeyNamesTheNearest() {
        BrokerProcess.Finished finished = run(Map.of(), "config", "explain", "net.max-connection");
        assertThat(finished.status()).isEqualTo(1);
        assertThat(finished.err()).contains("did you mean net.max-connections");
    }

    @Test
    void aSettingOfKafkaWithoutACounterpartIsRefusedWithWhatHoldsInstead() {
        BrokerProcess.Finished finished =
                run(Map.of(), "start", "--check-config", "--set", "log.retention.hours=1");
        assertThat(finished.status()).isEqualTo(1);
        assertThat(finished.err())
                .isEqualTo(
                        "mortise: log.retention.hours: is a setting of Apache Kafka that has no counterpart here: use log.retention.ms (from --set)\n");
        assertThat(run(Map.of(), "config", "explain", "zookeeper.connect").status()).isEqualTo(1);
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() throws IOException {
        Path file =
                Files.writeString(
                        directory.resolve("bad.yaml"),
                        """
                        plugins.consensus: paxos
                        net:
                          max-conections: 5
                          max-inflight-bytes: 1MiB
                          max-request-bytes: 2MiB
                        ssl.keystore.location: /k
                        storage.memory.max-bytes: 1GiB
                        durability: sometimes
                        """);
        BrokerProcess.Finished finished =
                run(
                        Map.of("MORTISE_NODE__ID", "-1"),
                        "start",
                        "--check-config",
                        "--config",
                        file.toString(),
                        "--set",
                        "storage.local.open-files=1");
        assertThat(finished.status()).isEqualTo(1);
        assertThat(finished.err().lines().map(line -> line.replaceFirst("mortise: ", "")))
                .anyMatch(line -> line.startsWith("plugins.consensus: there is no consensus"))
                .anyMatch(line -> line.startsWith("net.max-conections: is not a known key; did"))
                .anyMatch(line -> line.startsWith("net.max-inflight-bytes: "))
                .anyMatch(line -> line.startsWith("ssl.keystore.location: is a setting of Apache"))
                .anyMatch(line -> line.startsWith("storage.memory.max-bytes: is a key of"))
                .anyMatch(line -> line.startsWith("durability: 'sometimes' is not one of"))
                .anyMatch(line -> line.contains("node.id: '-1' is not within"))
                .anyMatch(line -> line.startsWith("storage.local.open-files: '1' is not within"))
                .hasSize(8);
        assertThat(finished.err()).contains("(from " + file + ")", "(from environment)");
    }

    @Test
    void whatAPluginFindsContradictoryIsSaidToo() {
        BrokerProcess.Finished finished =
                run(
                        Map.of(),
                        "start",
                        "--check-config",
                        "--set",
                        "consensus.raft.max-entry-bytes=64MiB",
                        "--set",
                        "durability=never");
        assertThat(finished.err().lines())
                .hasSize(2)
                .anyMatch(line -> line.contains("consensus.raft.max-entry-bytes: 64MiB is more"))
                .anyMatch(line -> line.contains("durability: 'never'"));
    }
}
