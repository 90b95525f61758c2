package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Assembled brokers, moved to another folder, started by their own script in an empty environment,
 * used by kcat, and stopped.
 */
class AssembledBrokersTest {
    private static final Pattern BOOTSTRAP = Pattern.compile("\"PLAINTEXT\":\"([^\"]+)\"");

    @TempDir Path directory;

    @Test
    void memoryOnlyWithARuntimeAndAnAotCacheThatHoldsAfterTheMove() throws Exception {
        Path broker =
                moved(
                        "storage-memory,consensus-raft",
                        "--set",
                        "consensus.raft.storage=memory",
                        "--runtime",
                        "--aot");
        // AOTMode=on: the JVM refuses to start without the cache
        String used =
                serve(
                        broker,
                        "env",
                        "-i",
                        "PATH=/usr/bin:/bin",
                        "MORTISE_JAVA_OPTIONS=-XX:AOTMode=on");
        assertThat(used).contains("\"name\":\"memory\"");

        Path jar = jar(broker);
        Files.setLastModifiedTime(jar, FileTime.from(Instant.parse("2026-02-02T00:00:00Z")));
        BrokerProcess.Finished strict =
                BrokerProcess.run(
                        Map.of("MORTISE_JAVA_OPTIONS", "-XX:AOTMode=on"),
                        List.of(broker.resolve("mortise").toString(), "--version"),
                        "");
        assertThat(strict.status()).as("the JVM compares the times of jars").isNotZero();
        serve(broker, "env", "-i", "PATH=/usr/bin:/bin");
    }

    @Test
    void localAndRaftFromATarOnTheJdkOfTheMachine() throws Exception {
        Path tar = directory.resolve("broker.tar.gz");
        Path broker =
                moved(
                        "storage-local,consensus-raft,codec-zstd",
                        "--no-aot",
                        "--tar",
                        tar.toString());
        serve(broker, emptyEnvironment());

        Path elsewhere = Files.createDirectories(directory.resolve("from tar"));
        BrokerProcess.Finished unpacked =
                BrokerProcess.run(
                        Map.of(),
                        List.of("tar", "-xpzf", tar.toString(), "-C", elsewhere.toString()),
                        "");
        assertThat(unpacked.status()).as(unpacked.err()).isZero();
        serve(elsewhere.resolve("broker"), emptyEnvironment());
    }

    private static String[] emptyEnvironment() {
        return new String[] {
            "env", "-i", "PATH=/usr/bin:/bin", "JAVA_HOME=" + System.getProperty("java.home")
        };
    }

    /** Assembles, and moves the result to a folder with a blank in its name. */
    private Path moved(String plugins, String... more) throws IOException {
        Path made = directory.resolve("broker");
        List<String> arguments =
                new ArrayList<>(List.of("assemble", "--with", plugins, "--to", made.toString()));
        arguments.addAll(List.of(more));
        BrokerProcess.Finished finished =
                BrokerProcess.run(Map.of(), BrokerProcess.command(arguments), "");
        assertThat(finished.status()).as("%s%s", finished.out(), finished.err()).isZero();
        Path target = Files.createDirectories(directory.resolve("another folder"));
        return Files.move(made, target.resolve("broker of mine"));
    }

    private static Path jar(Path broker) throws IOException {
        try (var jars = Files.list(broker.resolve("lib"))) {
            return jars.sorted().findFirst().orElseThrow();
        }
    }

    /** Starts, sends and reads with kcat, stops; returns the line that says it is ready. */
    private String serve(Path broker, String... surroundings) throws Exception {
        Kcat.required();
        Path data = Files.createTempDirectory(directory, "data");
        List<String> command = new ArrayList<>(List.of(surroundings));
        command.addAll(
                List.of(
                        broker.resolve("mortise").toString(),
                        "start",
                        "--listen",
                        "127.0.0.1:0",
                        "--data",
                        data.resolve("broker").toString(),
                        "-o",
                        "json"));
        Path errors = data.resolve("log");
        Process process =
                CleanEnvironment.of(new ProcessBuilder(command))
                        .directory(data.toFile())
                        .redirectError(errors.toFile())
                        .start();
        try (BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String ready = out.readLine();
            assertThat(ready).as(Files.readString(errors)).isNotNull();
            Matcher bootstrap = BOOTSTRAP.matcher(ready);
            assertThat(bootstrap.find()).as(ready).isTrue();
            List<RealLines.Line> lines =
                    List.of(new RealLines.Line("k1", "apple"), new RealLines.Line("k2", "pear"));
            Kcat.produce(bootstrap.group(1), "fruit", "none", lines);
            assertThat(Kcat.consume(bootstrap.group(1), "fruit"))
                    .extracting(Kcat.Received::value)
                    .containsExactlyInAnyOrder("apple", "pear");
            assertThat(Files.readString(errors)).doesNotContain("WARN", "ERROR");
            return ready;
        } finally {
            process.destroy();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it stops").isTrue();
            assertThat(process.exitValue()).as("SIGTERM").isIn(0, 143);
        }
    }
}
