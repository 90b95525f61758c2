package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Data directories that cannot be written, and disks that are full, at the start and later; in file
 * systems that only the broker sees.
 */
@ExtendWith(ErrorsPage.class)
class BadDirectoryTest {
    @TempDir Path directory;

    @BeforeEach
    void mountsAreToBeHad() {
        Assumptions.assumeTrue(
                BrokerProcess.run(Map.of(), List.of("unshare", "-m", "true"), "").status() == 0,
                "mount namespaces are not to be had on this machine (unshare -m)");
    }

    /** Runs what follows with a small file system of its own. */
    private static List<String> mounted(Path at, String options) throws IOException {
        Files.createDirectories(at);
        return List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount -t tmpfs -o " + options + " none " + at + " && exec \"$@\"",
                "sh");
    }

    private static BrokerProcess.Finished start(List<String> surroundings, Path data) {
        List<String> command = new ArrayList<>(surroundings);
        command.addAll(
                BrokerProcess.command(
                        List.of("start", "--listen", "127.0.0.1:0", "--data", data.toString())));
        BrokerProcess.Finished finished = BrokerProcess.run(Map.of(), command, "");
        assertThat(finished.status()).as(finished.err()).isEqualTo(1);
        assertThat(finished.err().lines()).hasSize(1);
        ErrorsPage.saw(finished.err());
        return finished;
    }

    @Test
    void aDataDirectoryThatCannotBeWrittenIsNamed() throws IOException {
        start(List.of(), Files.writeString(directory.resolve("file"), "no directory"));
        Path readOnly = directory.resolve("read-only");
        start(mounted(readOnly, "ro"), readOnly.resolve("data"));
        Path forbidden = Files.createDirectories(directory.resolve("forbidden"));
        start(
                List.of(
                        "setpriv",
                        "--reuid=65534",
                        "--regid=65534",
                        "--clear-groups",
                        "--inh-caps=-all",
                        "--bounding-set=-all"),
                forbidden);
    }

    @Test
    void aDiskThatIsFullAtTheStartIsNamed() throws IOException {
        Path full = directory.resolve("full");
        start(mounted(full, "size=4k"), full.resolve("data"));
    }

    @Test
    void aDiskThatFillsUpRefusesBatchesServesReadsAndRecovers() throws IOException {
        Path small = directory.resolve("small");
        try (BrokerProcess broker =
                BrokerProcess.startIn(
                        mounted(small, "size=8m"), small.resolve("data"), "127.0.0.1:0")) {
            run(
                    broker,
                    0,
                    "",
                    "topics",
                    "create",
                    "big",
                    "--partitions",
                    "1",
                    "--config",
                    "file.delete.delay.ms=0");
            run(broker, 0, "", "topics", "create", "other", "--partitions", "1");
            String lines = ("z".repeat(999) + "\n").repeat(12_000);
            BrokerProcess.Finished full = run(broker, 1, lines, "produce", "big");
            assertThat(full.err().lines()).hasSize(1);
            ErrorsPage.saw(full.err());
            ErrorsPage.saw(broker.log());
            assertThat(run(broker, 0, "", "consume", "big").out().lines())
                    .hasSizeGreaterThan(1_000);
            assertThat(produce(broker, "other", lines.substring(0, 2_000_000)).status())
                    .as("there is no room for another topic either")
                    .isEqualTo(1);
            run(broker, 0, "", "topics", "delete", "big");
            // the files go a moment after the topic
            BrokerProcess.Finished again = produce(broker, "other", lines.substring(0, 2_000_000));
            for (int attempt = 0; again.status() != 0 && attempt < 20; attempt++) {
                again = produce(broker, "other", lines.substring(0, 2_000_000));
            }
            assertThat(again.status()).as(again.err()).isZero();
        }
    }

    private static BrokerProcess.Finished produce(
            BrokerProcess broker, String topic, String input) {
        return BrokerProcess.run(
                Map.of(),
                BrokerProcess.command(List.of("produce", topic, "--bootstrap", broker.bootstrap())),
                input);
    }

    private static BrokerProcess.Finished run(
            BrokerProcess broker, int status, String input, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--bootstrap", broker.bootstrap()));
        BrokerProcess.Finished finished =
                BrokerProcess.run(Map.of(), BrokerProcess.command(all), input);
        assertThat(finished.status()).as("%s: %s", all, finished.err()).isEqualTo(status);
        return finished;
    }
}
