package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service unit of {@code docs/operations.md}. */
class OperationsTest {
    private static final Path UNIT =
            DocumentedPage.CHECKOUT.resolve("docs/examples/service/mortise.service");

    @TempDir Path directory;

    private final Properties settings = new Properties();

    @BeforeEach
    void read() throws IOException {
        try (var reader = Files.newBufferedReader(UNIT)) {
            settings.load(reader);
        }
    }

    @Test
    void systemdFindsNothingWrongWithTheUnit() throws IOException {
        Path unit = directory.resolve("mortise.service");
        String installed = Files.readString(UNIT);
        assertThat(installed).contains("/opt/mortise/current/mortise");
        Files.writeString(
                unit,
                installed.replace(
                        "/opt/mortise/current/mortise",
                        BrokerProcess.HOME.resolve("mortise").toString()));
        BrokerProcess.Finished verified =
                BrokerProcess.run(
                        Map.of(),
                        List.of(
                                "sh",
                                "-c",
                                "command -v systemd-analyze > /dev/null || exit 77; exec systemd-analyze verify --man=no \"$0\"",
                                unit.toString()),
                        "");
        assumeTrue(verified.status() != 77, "systemd-analyze is not on this machine");
        // it also names what is wrong with units of the machine, and users that are not there yet
        assertThat(verified.err().lines().filter(line -> line.contains("mortise.service")))
                .isEmpty();
    }

    @Test
    void theExitStatusThatTheUnitTakesForSuccessIsThatOfACleanStop() {
        try (BrokerProcess broker = BrokerProcess.start(directory.resolve("data"))) {
            assertThat(Integer.toString(broker.stop()))
                    .isEqualTo(settings.getProperty("SuccessExitStatus"));
        }
    }

    /** The script sets a umask of its own, so the unit's must not be looser. */
    @Test
    void aBrokerRunsWithTheLimitsOfTheUnit() {
        String files = settings.getProperty("LimitNOFILE");
        List<String> limited =
                List.of(
                        "sh",
                        "-c",
                        "umask "
                                + settings.getProperty("UMask")
                                + "; ulimit -S -n "
                                + files
                                + " 2> /dev/null || ulimit -S -n $(ulimit -H -n); exec \"$0\" \"$@\"");
        try (BrokerProcess broker =
                BrokerProcess.startIn(limited, directory.resolve("data"), "127.0.0.1:0")) {
            assertThat(broker.log()).doesNotContain("WARN", "ERROR");
        }
    }
}
