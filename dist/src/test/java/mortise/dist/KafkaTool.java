package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Apache Kafka 4.3.1's own command-line tools, unmodified, each run in a process of its own. */
final class KafkaTool {
    static final Path LIBRARIES = ApacheKafka.LIBRARIES;

    private static final String TOOLS = "org.apache.kafka.tools.";

    private KafkaTool() {}

    /** Runs a tool to its end, which must be a good one; gives what it printed. */
    static String run(String tool, String input, String... arguments) {
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
        return finished.out();
    }

    /** Has Kafka's dump tool read files, which must find nothing wrong with them. */
    static String dump(List<Path> files, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--files");
        all.add(files.stream().map(Path::toString).collect(Collectors.joining(",")));
        String dump = run("DumpLogSegments", "", all.toArray(String[]::new));
        assertThat(dump)
                .as("dump of %s", files)
                .doesNotContainIgnoringCase(
                        "mismatch", "out of order", "not a valid", "corrupt", "exception");
        return dump;
    }
}
