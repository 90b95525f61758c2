package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * An assembled broker that is started with a file of one's own, and data directories that another
 * broker had before: nothing that protected is gone without a word.
 */
@ExtendWith(ErrorsPage.class)
class AssemblyBaseTest {
    @TempDir static Path directory;

    private static Path broker;

    /** With a durable store, an authoriser in a folder, and acknowledgements that wait. */
    @BeforeAll
    static void assemble() throws IOException {
        broker = directory.resolve("broker");
        BrokerProcess.Finished made =
                BrokerProcess.run(
                        "assemble",
                        "--with",
                        "storage-local,storage-memory,consensus-raft",
                        "--to",
                        broker.toString(),
                        "--set",
                        "plugins.storage=local",
                        "--set",
                        "durability=fsync");
        assertThat(made.status()).as("%s%s", made.out(), made.err()).isZero();
        new PluginJars()
                .source(
                        "module stranger.gate { requires mortise.spi;"
                                + " provides mortise.spi.auth.AuthorizerProvider with stranger.gate.Gate; }")
                .source(AssembleTest.GATE)
                .write(broker.resolve("plugins/gate/gate.jar"));
        Files.writeString(
                broker.resolve("conf/mortise.yaml"),
                "\nplugins.authorizer: gate\n",
                StandardOpenOption.APPEND);
    }

    /** A working directory with a file of one's own. */
    private static Path place(String name, String yaml) throws IOException {
        Path place = Files.createDirectories(directory.resolve(name));
        Files.writeString(place.resolve("mortise.yaml"), yaml);
        return place;
    }

    private static BrokerProcess.Finished in(Path place, String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "sh",
                                "-c",
                                "cd \"$0\" && exec \"$@\"",
                                place.toString(),
                                broker.resolve("mortise").toString()));
        command.addAll(List.of(arguments));
        BrokerProcess.Finished finished = BrokerProcess.run(Map.of(), command, "");
        ErrorsPage.saw(finished.err());
        return finished;
    }

    /** Starts, and stops when it is ready; gives what it printed and logged. */
    private static String served(Path place) throws IOException, InterruptedException {
        Path log = place.resolve("log");
        Process process =
                CleanEnvironment.of(
                                new ProcessBuilder(
                                        broker.resolve("mortise").toString(),
                                        "start",
                                        "--listen",
                                        "127.0.0.1:0"))
                        .directory(place.toFile())
                        .redirectError(log.toFile())
                        .start();
        StringBuilder said = new StringBuilder();
        try (BufferedReader out = process.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                said.append(line).append('\n');
                if (line.startsWith("  holds ")) {
                    process.toHandle().destroy(); // leaves what it says to be read
                }
            }
        }
        process.waitFor();
        said.append(Files.readString(log));
        ErrorsPage.saw(said.toString());
        return said.toString();
    }

    @Test
    void aFileOfOnesOwnTakesNoProtectionAwayUnasked() throws Exception {
        Path harmless = place("harmless", "net.threads: 1\n");
        assertThat(in(harmless, "config", "explain", "plugins.authorizer", "-o", "json").out())
                .contains("\"value\":\"gate\"", broker.resolve("conf/mortise.yaml").toString());
        assertThat(in(harmless, "config", "explain", "net.threads", "-o", "json").out())
                .contains("\"value\":\"1\"", "\"origin\":\"mortise.yaml\"");
        assertThat(served(harmless))
                .contains("authoriser  gate\n", "durability  fsync\n", "authoriser gate\n");

        Path loose = place("loose", "plugins.authorizer: none\ndurability: page-cache\n");
        BrokerProcess.Finished refused = in(loose, "start", "--listen", "127.0.0.1:0");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err().lines().filter(line -> line.startsWith("mortise: "))).hasSize(2);
        assertThat(in(loose, "start", "--check-config").err()).isEqualTo(refused.err());
        assertThat(loose.resolve("data")).doesNotExist();

        Path meant =
                place(
                        "meant",
                        """
                        plugins.authorizer: none
                        durability: page-cache
                        allow-loosening: [plugins.authorizer, durability]
                        """);
        assertThat(served(meant))
                .contains(
                        "authoriser  none; everybody may do everything\n",
                        "durability  page-cache\n");
    }

    @Test
    void aStartTakesNothingAwayThatTheLastOneHad() throws Exception {
        Path place = place("last", "# nothing\nnet.threads: 1\n");
        assertThat(served(place)).contains("mortise is ready");

        Path data = place.resolve("data");
        BrokerProcess.Finished refused =
                BrokerProcess.run("start", "--listen", "127.0.0.1:0", "--data", data.toString());
        ErrorsPage.saw(refused.err());
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err())
                .contains("the authoriser 'gate' that the last start on " + data + " had");
        try (BrokerProcess allowed =
                BrokerProcess.start(
                        data, "--set", "allow-loosening=plugins.authorizer,durability")) {
            assertThat(allowed.readyLine()).contains("\"authorizer\":\"none\"");
            ErrorsPage.saw(allowed.log());
        }
        BrokerProcess.start(data).close();
    }

    @Test
    void aStoreInMemoryDoesNotOpenADirectoryOfRecords() throws Exception {
        Path place = place("kept", "net.threads: 1\n");
        assertThat(served(place)).contains("mortise is ready");

        BrokerProcess.Finished refused =
                in(
                        place,
                        "start",
                        "--listen",
                        "127.0.0.1:0",
                        "--set",
                        "plugins.storage=memory",
                        "--set",
                        "durability=page-cache",
                        "--set",
                        "allow-loosening=plugins.storage,durability");

        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("is kept by the storage plugin 'local'");
    }
}
