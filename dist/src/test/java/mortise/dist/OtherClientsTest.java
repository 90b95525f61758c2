package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Client libraries of other languages against a real process. They are downloaded from their
 * registries, so this runs with {@code -Dmortise.clients=true} only; a language that the machine
 * lacks is skipped by name.
 */
@EnabledIfSystemProperty(named = "mortise.clients", matches = "true")
class OtherClientsTest {
    private static final Path SOURCES = Path.of("src/test/clients").toAbsolutePath();

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

    @Test
    void python() throws IOException {
        require("python3");
        Path work = copy("python");
        String python = work.resolve("venv/bin/python").toString();
        run(work, "python3", "-m", "venv", "venv");
        run(work, python, "-m", "pip", "install", "-q", "-r", "requirements.txt");
        assertThat(run(work, python, "roundtrip.py", broker.bootstrap())).endsWith("ok\n");
    }

    @Test
    void node() throws IOException {
        require("npm");
        Path work = copy("node");
        run(work, "npm", "install", "--silent");
        assertThat(run(work, "node", "roundtrip.js", broker.bootstrap())).endsWith("ok\n");
    }

    @Test
    void go() throws IOException {
        require("go");
        Path work = copy("go");
        assertThat(run(work, "go", "run", ".", broker.bootstrap())).endsWith("ok\n");
    }

    private static void require(String program) {
        boolean found =
                Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
        assumeTrue(found, program + " is not on the PATH");
    }

    private static Path copy(String client) throws IOException {
        Path target = Files.createDirectory(directory.resolve(client));
        try (Stream<Path> files = Files.list(SOURCES.resolve(client))) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        return target;
    }

    private static String run(Path work, String... command) {
        BrokerProcess.Finished finished =
                BrokerProcess.run(
                        Map.of("WORK", work.toString()),
                        Stream.concat(
                                        Stream.of("sh", "-c", "cd \"$WORK\" && exec \"$@\"", "sh"),
                                        Stream.of(command))
                                .toList(),
                        "");
        assertThat(finished.status())
                .as("%s%n%s%n%s", List.of(command), finished.out(), finished.err())
                .isZero();
        return finished.out();
    }
}
