package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The start script and what it is started from: places, variables, signals. */
class LauncherTest {
    @TempDir Path directory;

    private static BrokerProcess.Finished shell(Map<String, String> environment, String script) {
        return BrokerProcess.run(
                environment,
                List.of("sh", "-c", script, BrokerProcess.HOME.resolve("mortise").toString()),
                "");
    }

    @Test
    void aHomeWithAColonInItsNameWorks() {
        String script =
                "mkdir -p 'DIR/a:b/conf' && cp -r 'HOME_OF_IT/lib' 'HOME_OF_IT/mortise' 'DIR/a:b' && cp 'HOME_OF_IT'/conf/*.options 'DIR/a:b/conf' && 'DIR/a:b/mortise' --version"
                        .replace("HOME_OF_IT", BrokerProcess.HOME.toString())
                        .replace("DIR", directory.toString());
        BrokerProcess.Finished finished = shell(Map.of(), script);
        assertThat(finished.out()).as(finished.err()).startsWith("mortise ");
    }

    @Test
    void namesBeyondAsciiWorkWithoutALocale() {
        BrokerProcess.Finished finished =
                shell(
                        Map.of("LC_ALL", "C"),
                        "\"$0\" start --check-config --data \"$(printf '\\303\\204pfel')\"");
        assertThat(finished.status()).as(finished.err()).isZero();
    }

    @Test
    void whatABrokerKeepsIsNotForEverybody() throws IOException {
        Path data = directory.resolve("data");
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            assertThat(broker.alive()).isTrue();
            assertPrivate(data);
        }
    }

    private static void assertPrivate(Path data) throws IOException {
        try (Stream<Path> all = Files.walk(data)) {
            for (Path path : all.toList()) {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                assertThat(mode)
                        .as(path.toString())
                        .matches(Files.isDirectory(path) ? "rwx(r-x|---)---" : "rw-(r--|---)---");
            }
        }
    }

    @Test
    void acceptingALossKeepsWhatItWritesPrivateAndItsOutputPlain() throws IOException {
        Path data = directory.resolve("data");
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            BrokerProcess.run("topics", "create", "orders", "--bootstrap", broker.bootstrap());
            broker.kill();
        }
        String accept = "\"$0\" log accept-loss --data 'DIR/data'";
        BrokerProcess.Finished full =
                shell(
                        Map.of(),
                        (accept + " --yes > /dev/full").replace("DIR", directory.toString()));
        assertThat(full.status()).isEqualTo(1);
        assertThat(full.err())
                .isEqualTo("mortise: cannot write the output: No space left on device\n");
        assertPrivate(data);
        BrokerProcess.Finished foreign =
                shell(Map.of(), "\"$0\" log accept-loss --data \"$(printf '/x\\033[2J')\"");
        assertThat(foreign.err()).startsWith("mortise: /x\\x1b[2J is no broker's data directory");
    }

    @Test
    void aStopBySignalSaysThatItStoppedAndWhy() {
        String script =
                "cd 'DIR' && mkfifo said && { \"$0\" start --listen 127.0.0.1:0 --data data > said 2> log & } && { read -r ready && kill $! && cat; } < said; wait $!; echo \"status $?\""
                        .replace("DIR", directory.toString());
        BrokerProcess.Finished finished = shell(Map.of(), script);
        assertThat(finished.out())
                .contains("mortise stopped: a signal asked for it (SIGTERM, SIGINT or SIGHUP)\n")
                .endsWith("status 143\n");
    }

    @Test
    void theNextCommandNamesThePortThatIsNotTheUsualOne() {
        String script =
                "cd 'DIR' && mkfifo said && { \"$0\" start --listen 127.0.0.1:0 --data data > said 2> log & } && { while read -r line; do echo \"$line\"; case $line in next*) kill $! ;; esac; done; } < said; wait $! || true"
                        .replace("DIR", directory.toString());
        BrokerProcess.Finished finished = shell(Map.of(), script);
        assertThat(finished.out())
                .containsPattern(
                        "next +./mortise topics create orders --partitions 3 --bootstrap 127.0.0.1:\\d+\n");
    }

    @Test
    void variablesThatKubernetesSetsForAServiceAreNoConfiguration() {
        Map<String, String> pod =
                Map.of(
                        "MORTISE_SERVICE_HOST", "10.0.0.7",
                        "MORTISE_SERVICE_PORT", "9092",
                        "MORTISE_PORT", "tcp://10.0.0.7:9092",
                        "MORTISE_PORT_9092_TCP_ADDR", "10.0.0.7",
                        "MORTISE_BOOTSTRAP", "10.0.0.7:9092");
        BrokerProcess.Finished finished = shell(pod, "\"$0\" start --check-config");
        assertThat(finished.status()).as(finished.err()).isZero();
    }

    @Test
    void aShellCompletesCommandsAndOptions() {
        BrokerProcess.Finished finished =
                BrokerProcess.run(
                        Map.of(),
                        List.of(
                                "bash",
                                "-c",
                                "\"$0\" completion bash > 'DIR/c' && . 'DIR/c' && compopt() { :; } && COMP_WORDS=(mortise topics cr) COMP_CWORD=2 && _complete_mortise && echo \"${COMPREPLY[@]}\" && COMP_WORDS=(mortise consume t --part) COMP_CWORD=3 && _complete_mortise && echo \"${COMPREPLY[@]}\""
                                        .replace("DIR", directory.toString()),
                                BrokerProcess.HOME.resolve("mortise").toString()),
                        "");
        assertThat(finished.out()).as(finished.err()).isEqualTo("create\n--partition\n");
        assertThat(BrokerProcess.run("completion", "fish").out())
                .contains(
                        "complete -c mortise -n '__fish_use_subcommand' -a topics -d ",
                        "complete -c mortise -n '__fish_seen_subcommand_from topics; and __fish_seen_subcommand_from create' -l partitions -x -d ");
    }

    /** Starts a broker, stops it when it is ready, and returns how it ended. */
    private BrokerProcess.Finished startAndStop(Map<String, String> environment) {
        String script =
                "cd 'DIR' && mkfifo said && { \"$0\" start --listen 127.0.0.1:0 --data data > said & } && { read -r ready && kill $! && cat > /dev/null; } < said; wait $!"
                        .replace("DIR", directory.toString());
        return shell(environment, script);
    }

    @Test
    void theLogIsTextOnStandardErrorUnlessTheEnvironmentSaysOtherwise() {
        assertThat(startAndStop(Map.of()).err().lines())
                .isNotEmpty()
                .allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\S+ (INFO|WARN) .*"));
    }

    @Test
    void theLogIsJsonWithTheLevelThatWasAskedFor() {
        BrokerProcess.Finished finished =
                startAndStop(Map.of("MORTISE_LOG_FORMAT", "json", "MORTISE_LOG_LEVEL", "debug"));
        assertThat(finished.err().lines())
                .allMatch(
                        line -> line.matches("\\{.*\"level\":\"[A-Z]+\".*\"formattedMessage\":.*}"))
                .anyMatch(line -> line.contains("\"level\":\"DEBUG\""));
    }

    @ParameterizedTest
    @CsvSource({"text, ' INFO '", "json, '\"level\":\"INFO\"'"})
    void theLogGoesToAFileOfItsOwn(String format, String part) throws IOException {
        Path log = directory.resolve("broker (100%d).log");
        BrokerProcess.Finished finished =
                startAndStop(
                        Map.of("MORTISE_LOG_FILE", log.toString(), "MORTISE_LOG_FORMAT", format));
        assertThat(finished.err()).isEmpty();
        assertThat(Files.readAllLines(log)).anyMatch(line -> line.contains(part));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(log)))
                .matches("rw-(r--|---)---");
    }

    @Test
    void aLoggingConfigurationOfTheOperatorTakesThePlaceOfOurs() throws IOException {
        Path configuration = directory.resolve("logback.xml");
        Files.writeString(
                configuration,
                """
                <configuration>
                  <appender name="own" class="ch.qos.logback.core.ConsoleAppender">
                    <target>System.err</target>
                    <encoder><pattern>mine: %msg%n</pattern></encoder>
                  </appender>
                  <root level="INFO"><appender-ref ref="own"/></root>
                </configuration>
                """);
        BrokerProcess.Finished finished =
                startAndStop(Map.of("MORTISE_LOG_CONFIG", configuration.toString()));
        assertThat(finished.err().lines()).anyMatch(line -> line.startsWith("mine: "));
    }
}
