package mortise.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** kcat as a consumer that follows a topic while it is written. */
final class KcatTail {
    private final Process process;
    private final Path out;
    private final String topic;

    KcatTail(String bootstrap, String topic) {
        this.topic = topic;
        try {
            out = Files.createTempFile("kcat-tail", ".txt");
            process =
                    CleanEnvironment.of(
                                    new ProcessBuilder(
                                                    List.of(
                                                            "kcat",
                                                            "-C",
                                                            "-E",
                                                            "-u",
                                                            "-q",
                                                            "-b",
                                                            bootstrap,
                                                            "-t",
                                                            topic,
                                                            "-o",
                                                            "beginning",
                                                            "-X",
                                                            "check.crcs=true",
                                                            "-X",
                                                            "reconnect.backoff.max.ms=500",
                                                            "-f",
                                                            "%p\t%o\t%s\\n"))
                                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                                            .redirectOutput(out.toFile()))
                            .start();
        } catch (IOException failure) {
            throw new UncheckedIOException("starting kcat", failure);
        }
    }

    /** Ends it; returns how many records it saw. */
    long end(Findings findings) {
        if (!process.isAlive()) {
            findings.add(
                    "kcat ended while it followed a topic",
                    topic + ", status " + process.exitValue());
        }
        process.destroy();
        process.onExit().join();
        Map<String, Long> seen = new HashMap<>();
        long records = 0;
        try {
            for (String line : Files.readAllLines(out, StandardCharsets.US_ASCII)) {
                String[] fields = line.split("\t", 3);
                if (fields.length < 3) {
                    break; // it was ended while it wrote
                }
                records++;
                long offset = Long.parseLong(fields[1]);
                Long before = seen.put(fields[0], offset);
                if (before != null && before >= offset) {
                    findings.add(
                            "kcat sees offsets that go back",
                            String.format(
                                    Locale.ROOT,
                                    "%s-%s: %d after %d",
                                    topic,
                                    fields[0],
                                    offset,
                                    before));
                }
            }
            Files.delete(out);
        } catch (IOException failure) {
            throw new UncheckedIOException("reading what kcat saw", failure);
        }
        return records;
    }
}
