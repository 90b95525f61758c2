package mortise.junit.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import mortise.junit.engine.BrokerEngine;
import mortise.junit.engine.BrokerOrder;
import mortise.junit.engine.HostedBroker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process that runs brokers when the JVM of the test is no more. */
class OrphanTest {
    private static final long PATIENCE_SECONDS = 60;

    @TempDir private Path temporary;

    /** A JVM whose test is in the middle of something. */
    static final class Tester {
        private Tester() {}

        public static void main(String[] arguments) throws Exception {
            BrokerEngine engine = ProcessEngine.shared(Optional.empty(), "", false);
            HostedBroker broker =
                    engine.host(
                            new BrokerOrder(
                                    Map.of(
                                            "listeners",
                                            "PLAINTEXT://127.0.0.1:0",
                                            "plugins.storage",
                                            "local",
                                            BrokerOrder.DATA_DIRECTORY,
                                            arguments[0]),
                                    Map.of(),
                                    List.of()));
            broker.start();
            ProcessHandle.current().children().forEach(child -> System.out.println(child.pid()));
            System.out.println("running");
            System.in.read(); // until it is killed
        }
    }

    @Test
    void isNotLeftBehindByAJvmThatIsKilled() throws Exception {
        Path directory = temporary.resolve("data");
        Process tester =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Tester.class.getName(),
                                directory.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try {
            BufferedReader said =
                    new BufferedReader(
                            new InputStreamReader(tester.getInputStream(), StandardCharsets.UTF_8));
            ProcessHandle child = ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
            assertThat(said.readLine()).isEqualTo("running");
            assertThat(directory).isNotEmptyDirectory();
            assertThat(child.isAlive()).isTrue();

            tester.destroyForcibly();

            child.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(Files.exists(directory)).isFalse();
        } finally {
            tester.destroyForcibly();
        }
    }
}
