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

    private static void oneProblem(BrokerProcess.Finished finished, String... parts) {
        assertThat(finished.status()).as("%s%s", finished.out(), finished.err()).isEqualTo(1);
        assertThat(finished.err().lines()).as(finished.err()).hasSize(1);
        assertThat(finished.err()).contains(parts);
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(directory.resolve("own.yaml"), yaml);
    }

    @Test
    void aDataDirectoryWithoutANameIsRefusedWhereverItStands() throws IOException {
        String problem = "data.directory: '' names no file or directory";
        oneProblem(run(Map.of(), "start", "--set", "data.directory="), problem, "(from --set)");
        oneProblem(
                run(Map.of(), "start", "--config", file("data.directory: \"\"\n").toString()),
                problem);
        oneProblem(
                run(Map.of("MORTISE_DATA__DIRECTORY", ""), "start"), problem, "(from environment)");
        oneProblem(run(Map.of(), "log", "accept-loss", "--set", "data.directory="), problem);
    }

    @Test
    void recordsOnDiskOnAQuorumInMemoryAreRefused() {
        Path data = directory.resolve("data");
        BrokerProcess.Finished started =
                run(
                        Map.of(),
                        "start",
                        "--data",
                        data.toString(),
                        "--set",
                        "consensus.raft.storage=memory");
        oneProblem(started, "plugins.consensus: storage-local keeps records on disk");
        assertThat(data).doesNotExist();
        String[] set = {"--set", "consensus.raft.storage=memory"};
        assertThat(run(Map.of(), "start", "--check-config", set[0], set[1]).err())
                .isEqualTo(started.err());
        assertThat(
                        run(
                                        Map.of(),
                                        "assemble",
                                        "--with",
                                        "storage-local,consensus-raft",
                                        "--to",
                                        directory.resolve("broker").toString(),
                                        set[0],
                                        set[1])
                                .err())
                .as("assemble and start refuse the same")
                .isEqualTo(started.err());
    }

    @Test
    void aListenerThatIsNotServedIsRefusedWhereverItStands() throws IOException {
        for (String scheme : List.of("TLS", "HTTPS", "SSL", "SASL_SSL")) {
            String address = scheme + "://127.0.0.1:0";
            String problem = "asks for " + scheme + ", which this version does not serve";
            oneProblem(run(Map.of(), "start", "--listen", address), problem, "(from --listen)");
            oneProblem(run(Map.of(), "start", "--set", "listeners=" + address), problem);
            oneProblem(
                    run(Map.of(), "start", "--config", file("listeners: " + address).toString()),
                    problem);
            oneProblem(run(Map.of("MORTISE_LISTENERS", address), "start"), problem);
            oneProblem(
                    run(Map.of(), "start", "--advertise", scheme + "://127.0.0.1:9092"),
                    problem,
                    "(from --advertise)");
        }
        oneProblem(
                run(Map.of(), "start", "--listen", "KAFKAS://127.0.0.1:0"),
                "'KAFKAS' is no protocol that this version serves");
        assertThat(run(Map.of(), "topics", "list", "--bootstrap", "TLS://127.0.0.1:9092").err())
                .contains("'TLS://127.0.0.1:9092' is not HOST:PORT");
    }

    @Test
    void aLooseningOfWhatIsNotHeldIsRefused() {
        oneProblem(
                run(Map.of(), "start", "--check-config", "--set", "allow-loosening=net.threads"),
                "'net.threads' is no key whose loosening is refused");
    }
}
