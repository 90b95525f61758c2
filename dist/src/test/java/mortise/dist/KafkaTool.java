package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Apache Kafka 4.3.1's own command-line tools, unmodified, each run in a process of its own. */
final class KafkaTool {
    static final Path LIBRARIES = ApacheKafka.LIBRARIES;

    private static final String TOOLS = "org.apache.kafka.tools.";

    private static final Pattern EMPTY_BATCH =
            Pattern.compile("  Index timestamp: \\d+, log timestamp: -1\\R");

    private static final Pattern OF_NOTHING_ELSE =
            Pattern.compile("Found timestamp mismatch in :.*\\R(?!  )");

    private KafkaTool() {}

    /** Runs a tool to its end, which must be a good one; gives what it printed. */
    static String run(String tool, String input, String... arguments) {
        return finished(tool, input, arguments).out();
    }

    private static BrokerProcess.Finished finished(String tool, String input, String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Dorg.apache.logging.log4j.level=WARN",
                                "-cp",
                                LIBRARIES.resolve("*").toString(),
                                tool.startsWith("kafka.") ? tool : TOOLS + tool));
        command.addAll(List.of(arguments));
        BrokerProcess.Finished finished = BrokerProcess.run(Map.of(), command, input);
        assertThat(finished.status())
                .as("%s%n%s%n%s", command, finished.out(), finished.err())
                .isZero();
        return finished;
    }

    /** Has Kafka's dump tool read files, which must find nothing wrong with them. */
    static String dump(List<Path> files, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--files");
        all.add(files.stream().map(Path::toString).collect(Collectors.joining(",")));
        BrokerProcess.Finished dump = finished("DumpLogSegments", "", all.toArray(String[]::new));
        // it complains of batches on the one, and of indexes on the other
        for (String printed : List.of(dump.out(), withoutEmptyBatches(dump.err()))) {
            assertThat(printed)
                    .as("dump of %s", files)
                    .doesNotContainIgnoringCase(
                            "mismatch", "out of order", "not a valid", "corrupt", "exception");
        }
        return dump.out();
    }

    /**
     * Complaints but for those of batches that compaction has emptied, whose time index has their
     * headers' timestamps where the tool finds no record: it says the same of what Apache Kafka has
     * compacted.
     */
    private static String withoutEmptyBatches(String complaints) {
        String rest = EMPTY_BATCH.matcher(complaints).replaceAll("");
        return OF_NOTHING_ELSE.matcher(rest).replaceAll("");
    }
}
