package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code mortise config}, and what {@code start --check-config} says about a good configuration.
 */
class ConfigCommandTest {
    @TempDir Path directory;

    private static BrokerProcess.Finished run(
            Map<String, String> environment, String... arguments) {
        return BrokerProcess.run(environment, BrokerProcess.command(List.of(arguments)), "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"net.max-connections", "max.connections", "MORTISE_NET__MAX_CONNECTIONS"})
    void aKeyIsExplainedByEachOfItsNames(String name) {
        String out = run(Map.of(), "config", "explain", name).out();
        assertThat(out.lines().map(String::strip).map(line -> line.replaceAll(" +", " ")))
                .contains(
                        "net.max-connections",
                        "type int",
                        "Kafka's name max.connections",
                        "variable MORTISE_NET__MAX_CONNECTIONS",
                        "read by core",
                        "origin default")
                .anyMatch(line -> line.startsWith("accepted "))
                .anyMatch(line -> line.startsWith("default "));
    }

    @Test
    void theOriginOfTheValueThatHoldsIsNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("c.yaml"), "max.connections: 7\n");
        assertThat(explained(Map.of(), file)).contains("\"value\":\"7\"", "as max.connections");
        Map<String, String> variable = Map.of("MORTISE_NET__MAX_CONNECTIONS", "8");
        assertThat(explained(variable, file))
                .contains("\"value\":\"8\"", "environment as MORTISE_NET__MAX_CONNECTIONS");
        assertThat(explained(variable, file, "--set", "net.max-connections=9"))
                .contains("\"value\":\"9\"", "\"origin\":\"--set\"");
        assertThat(explained(Map.of(), file, "--set", "net.max-connections=none"))
                .contains("\"problem\":\"'none' is not a 32-bit integer\"");
    }

    private static String explained(Map<String, String> environment, Path file, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "config",
                                "explain",
                                "net.max-connections",
                                "-o",
                                "json",
                                "--config",
                                file.toString()));
        arguments.addAll(List.of(more));
        return run(environment, arguments.toArray(String[]::new)).out();
    }

    @Test
    void theKeysOfPluginsAreListedWithTheirReader() {
        assertThat(run(Map.of(), "config", "list", "-o", "json").out())
                .contains(
                        "\"key\":\"storage.memory.max-bytes\"",
                        "\"readBy\":\"storage-memory\"",
                        "\"readBy\":\"consensus-raft\"");
        assertThat(run(Map.of(), "config", "list", "--changed", "--set", "node.id=4").out())
                .isEqualTo("node.id = 4  (--set)\n");
        assertThat(run(Map.of(), "config", "list").out())
                .contains("node.id = 1  (default)\n", "advertised-listeners  (not set)\n");
    }

    @Test
    void checkingLeavesNothingBehind() throws IOException {
        Path data = Files.createDirectories(directory.resolve("data/local/logs"));
        BrokerProcess.Finished finished =
                run(
                        Map.of(),
                        "start",
                        "--check-config",
                        "--data",
                        directory.resolve("data").toString(),
                        "--set",
                        "storage.local.directories=" + data);
        assertThat(finished.out()).contains("the configuration is good");
        try (var left = Files.list(data)) {
            assertThat(left).isEmpty();
        }
    }
}
