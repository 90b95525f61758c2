package mortise.dist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** kcat, that is librdkafka, as a client. A machine without it says so by name. */
final class Kcat {
    private Kcat() {}

    static void required() {
        boolean found =
                List.of(System.getenv("PATH").split(":", -1)).stream()
                        .anyMatch(place -> Files.isExecutable(Path.of(place, "kcat")));
        Assumptions.assumeTrue(
                found, "kcat is not installed on this machine (Debian: apt-get install kcat)");
    }

    /** Sends lines with their keys, in order. */
    static void produce(String bootstrap, String topic, String codec, List<RealLines.Line> lines)
            throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder();
        lines.forEach(
                line -> text.append(line.key()).append('\t').append(line.value()).append('\n'));
        Path file =
                Files.writeString(
                        Files.createTempFile("lines", ".txt"), text, StandardCharsets.ISO_8859_1);
        // one request in flight at a time keeps the order even if a request is tried again
        run(
                List.of(
                        "kcat",
                        "-P",
                        "-b",
                        bootstrap,
                        "-t",
                        topic,
                        "-K",
                        "\t",
                        "-z",
                        codec,
                        "-X",
                        "enable.idempotence=true",
                        "-X",
                        "linger.ms=20",
                        "-l",
                        file.toString()));
        Files.delete(file);
    }

    /**
     * Sends a text of lines, as a partitioner of librdkafka has it.
     *
     * @param more further arguments
     */
    static void produceBy(
            String partitioner, String bootstrap, String topic, String text, String... more)
            throws IOException, InterruptedException {
        Path file = Files.writeString(Files.createTempFile("lines", ".txt"), text);
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "kcat",
                                "-P",
                                "-b",
                                bootstrap,
                                "-t",
                                topic,
                                "-X",
                                "topic.partitioner=" + partitioner));
        command.addAll(List.of(more));
        command.addAll(List.of("-l", file.toString()));
        run(command);
        Files.delete(file);
    }

    /** Reads a topic from its beginning to its end. */
    static List<Received> consume(String bootstrap, String topic)
            throws IOException, InterruptedException {
        Path out =
                run(
                        List.of(
                                "kcat",
                                "-C",
                                "-b",
                                bootstrap,
                                "-t",
                                topic,
                                "-o",
                                "beginning",
                                "-e",
                                "-q",
                                "-X",
                                "check.crcs=true",
                                "-f",
                                "%p\t%o\t%k\t%s\\n"));
        List<Received> received = new ArrayList<>();
        try (var lines = Files.lines(out, StandardCharsets.ISO_8859_1)) {
            lines.forEach(line -> {
                String[] fields = line.split("\t", 4);
                received.add(
                        new Received(
                                Integer.parseInt(fields[0]),
                                Long.parseLong(fields[1]),
                                fields[2],
                                fields[3]));
            });
        }
        Files.delete(out);
        return received;
    }

    /** A record as it was read, keys and values as Latin-1. */
    record Received(int partition, long offset, String key, String value) {}

    private static Path run(List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("kcat", ".txt");
        Path err = Files.createTempFile("kcat", ".err");
        Process process =
                CleanEnvironment.of(
                                new ProcessBuilder(command)
                                        .redirectInput(
                                                ProcessBuilder.Redirect.from(
                                                        Path.of("/dev/null").toFile()))
                                        .redirectOutput(out.toFile())
                                        .redirectError(err.toFile()))
                        .start();
        if (!process.waitFor(300, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IllegalStateException(
                    String.join(" ", command) + " failed: " + Files.readString(err));
        }
        Files.delete(err);
        return out;
    }
}
