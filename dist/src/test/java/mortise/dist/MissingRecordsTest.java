package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Files that vanish from under a real broker, and what its operator and its clients hear. */
@ExtendWith(ErrorsPage.class)
class MissingRecordsTest {
    private static final String SET_TWO = "storage.local.directories=one,two";

    @TempDir Path directory;

    private static BrokerProcess.Finished run(int status, String input, List<String> arguments) {
        BrokerProcess.Finished finished =
                BrokerProcess.run(Map.of(), BrokerProcess.command(arguments), input);
        assertThat(finished.status())
                .as("%s: %s%s", arguments, finished.out(), finished.err())
                .isEqualTo(status);
        ErrorsPage.saw(finished.err());
        return finished;
    }

    private static BrokerProcess.Finished ask(
            BrokerProcess broker, int status, String input, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--bootstrap", broker.bootstrap()));
        return run(status, input, all);
    }

    private static String lines(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> i + " " + "z".repeat(990))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static List<Path> segments(Path log) throws IOException {
        try (var files = Files.list(log)) {
            return files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
        }
    }

    @Test
    void aRemovedSegmentIsNamedRefusedAndAcceptedOnRequest() throws IOException {
        Path data = directory.resolve("data");
        Path log = data.resolve("local/logs/orders-0");
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            ask(
                    broker,
                    0,
                    "",
                    "topics",
                    "create",
                    "orders",
                    "--partitions",
                    "1",
                    "--config",
                    "segment.bytes=1048576",
                    "--config",
                    "flush.messages=1");
            for (int i = 0; i < 5; i++) {
                ask(broker, 0, lines(1_000 * i, 1_000), "produce", "orders");
            }
            broker.kill();
        }
        List<Path> segments = segments(log);
        assertThat(segments).hasSizeGreaterThan(3);
        Files.delete(segments.get(1));
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            ErrorsPage.saw(broker.log());
            BrokerProcess.Finished refused = ask(broker, 1, "", "consume", "orders");
            assertThat(refused.out().lines()).isNotEmpty().hasSizeLessThan(2_500);
            assertThat(refused.err()).contains("KAFKA_STORAGE_ERROR");
            ErrorsPage.saw(broker.log());
            ask(broker, 0, "still here\n", "produce", "orders");
        }
        List<String> accept = List.of("log", "accept-loss", "--data", data.toString());
        BrokerProcess.Finished preview = run(0, "", accept);
        assertThat(preview.out())
                .contains("orders-0: offsets ")
                .contains("is missing")
                .contains("nothing was accepted; add --yes");
        assertThat(run(0, "", accept).out()).isEqualTo(preview.out());
        List<String> yes = new ArrayList<>(accept);
        yes.addAll(List.of("--yes", "-o", "json"));
        assertThat(run(0, "", yes).out())
                .contains("\"accepted\":true")
                .contains("\"topic\":\"orders\"");
        assertThat(run(0, "", accept).out()).isEqualTo("nothing is missing\n");
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            List<String> read = ask(broker, 0, "", "consume", "orders").out().lines().toList();
            assertThat(read).hasSizeBetween(3_000, 4_900).contains("still here");
        }
    }

    @Test
    void aDamagedLogDirectoryIsOfflineAndTheOtherServes() throws IOException {
        Path data = directory.resolve("data");
        try (BrokerProcess broker = BrokerProcess.start(data, "--set", SET_TWO)) {
            ask(broker, 0, "", "topics", "create", "orders", "--partitions", "2");
            broker.stop();
        }
        Path identity = data.resolve("local/one/mortise-directory");
        byte[] right = Files.readAllBytes(identity);
        Files.write(identity, new byte[0]);
        try (BrokerProcess broker = BrokerProcess.start(data, "--set", SET_TWO)) {
            ErrorsPage.saw(broker.log());
            ask(broker, 0, "", "topics", "create", "later", "--partitions", "3");
            ask(broker, 0, "works\n", "produce", "later");
            broker.stop();
        }
        Files.write(identity, right);
        try (BrokerProcess broker = BrokerProcess.start(data, "--set", SET_TWO)) {
            assertThat(ask(broker, 0, "", "consume", "later").out()).isEqualTo("works\n");
            ask(broker, 0, lines(0, 10), "produce", "orders");
        }
    }

    @Test
    void aStartWithoutAnyUsableLogDirectoryIsRefusedInOneLine() throws IOException {
        Path data = directory.resolve("data");
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            broker.stop();
        }
        Path identity = data.resolve("local/logs/mortise-directory");
        Files.write(identity, new byte[0]);
        List<String> start = List.of("start", "--listen", "127.0.0.1:0", "--data", data.toString());
        for (int attempt = 0; attempt < 2; attempt++) {
            BrokerProcess.Finished refused = run(1, "", start);
            assertThat(refused.err().lines()).hasSize(1);
        }
        Files.delete(identity);
        BrokerProcess.start(data).close();
    }

    @Test
    void acceptingTheLossOfWhatIsNoDataDirectoryIsRefused() {
        run(1, "", List.of("log", "accept-loss", "--data", directory.toString()));
    }
}
