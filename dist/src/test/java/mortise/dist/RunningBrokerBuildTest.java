package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the start script of a checkout builds while a broker runs from what was built before. */
@Timeout(120)
@ExtendWith(ErrorsPage.class)
class RunningBrokerBuildTest {
    /** A broker says so and waits for a pipe that nobody writes to. */
    private static final String JAVA =
            """
            #!/bin/sh
            case " $* " in
                *" start "*)
                    echo up >&2
                    read -r go < "$(dirname "$0")/forever"
                    ;;
                *) echo "ran $*" ;;
            esac
            """;

    @TempDir private Path directory;

    private FakeCheckout checkout;
    private FakeCheckout.Launch broker;

    @BeforeEach
    void startABroker() throws IOException {
        assumeTrue(
                BrokerProcess.run(Map.of(), List.of("sh", "-c", "ps -A -ww -o pid= -o args="), "")
                                .status()
                        == 0,
                "there is no ps on this machine");
        checkout = new FakeCheckout(directory);
        Path bin = directory.resolve("jdk/bin");
        Files.writeString(bin.resolve("java"), JAVA);
        BrokerProcess.run(Map.of(), List.of("mkfifo", bin.resolve("forever").toString()), "");
        broker = checkout.launch(Map.of(), "start");
        broker.says("up");
        checkout.source("two");
    }

    @AfterEach
    void stopTheBroker() {
        broker.close();
    }

    private String refused(String... arguments) throws IOException {
        BrokerProcess.Finished finished = checkout.run(arguments);
        ErrorsPage.saw(finished.err());
        assertThat(finished.status()).as(finished.err()).isEqualTo(1);
        assertThat(finished.out()).isEmpty();
        assertThat(checkout.builds()).isEqualTo(1);
        return finished.err();
    }

    private void buildsAgainWithoutTheBroker() throws IOException {
        broker.close();
        assertThat(checkout.run("--version").err()).contains("something has changed", "built in");
        assertThat(checkout.root().resolve("dist/target/mortise/lib/a.jar")).hasContent("two");
    }

    @Test
    void aBuildIsRefused() throws IOException {
        assertThat(refused("build")).contains("(process " + broker.process().pid() + ")");
        refused("test");
        buildsAgainWithoutTheBroker();
    }

    @Test
    void aStartThatWouldBuildIsRefused() throws IOException {
        refused("start", "--listen", "127.0.0.1:0");
        checkout.source("one");
        try (FakeCheckout.Launch second = checkout.launch(Map.of(), "start")) {
            second.says("up");
        }
    }

    @Test
    void anyOtherCommandUsesWhatWasBuiltAndSaysSo() throws IOException {
        BrokerProcess.Finished finished = checkout.run("topics", "list");
        ErrorsPage.saw(finished.err());
        assertThat(finished.status()).isZero();
        assertThat(finished.out()).startsWith("ran ");
        assertThat(checkout.builds()).isEqualTo(1);
        buildsAgainWithoutTheBroker();
    }
}
