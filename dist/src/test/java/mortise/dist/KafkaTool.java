package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Apache Kafka 4.3.1's own command-line tools, unmodified, each run in a process of its own. */
final class KafkaTool {
    static final Path LIBRARIES = ApacheKafka.LIBRARIES;

    private static final String TOOLS = "org.apache.kafka.tools.";

    private static final Pattern FOLLOWED = Pattern.compile(" {2}(-?\\d+) is followed by (\\d+)");
    private static final Pattern INVALID_END =
            Pattern.compile("Found \\d+ invalid bytes at the end of .*");

    private KafkaTool() {}

    /** Runs a tool to its end, which must be a good one; gives what it printed. */
    static String run(String tool, String input, String... arguments) {
        BrokerProcess.Finished finished = finish(tool, input, arguments);
        assertThat(finished.status())
                .as("%s %s%n%s%n%s", tool, List.of(arguments), finished.out(), finished.err())
                .isZero();
        return finished.out();
    }

    private static BrokerProcess.Finished finish(String tool, String input, String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                // the JVM's warnings would be taken for the tool's complaints
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-Dorg.apache.logging.log4j.level=WARN",
                                "-cp",
                                LIBRARIES.resolve("*").toString(),
                                tool.startsWith("kafka.") ? tool : TOOLS + tool));
        command.addAll(List.of(arguments));
        return BrokerProcess.run(Map.of(), command, input);
    }

    /** Has Kafka's dump tool read files, which must find nothing wrong with them. */
    static String dump(List<Path> files, String... arguments) {
        BrokerProcess.Finished finished = dumped(files, arguments);
        assertThat(complaints(finished)).as("complaints about %s", files).isEmpty();
        return finished.out();
    }

    /** What Kafka's dump tool finds wrong with files. */
    static List<String> complaints(List<Path> files, String... arguments) {
        return complaints(dumped(files, arguments));
    }

    private static BrokerProcess.Finished dumped(List<Path> files, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--files");
        all.add(files.stream().map(Path::toString).collect(Collectors.joining(",")));
        return finish("DumpLogSegments", "", all.toArray(String[]::new));
    }

    /** Its status is 0 after most of what it finds, which it writes to standard error. */
    private static List<String> complaints(BrokerProcess.Finished finished) {
        List<String> complaints =
                Stream.concat(
                                finished.err().lines().filter(line -> !isAGap(line)),
                                finished.out().lines().filter(KafkaTool::saysInvalid))
                        .collect(Collectors.toCollection(ArrayList::new));
        if (finished.status() != 0) {
            complaints.add("status " + finished.status());
        }
        return complaints;
    }

    /**
     * Whether offsets are only missing: the tool expects every segment to begin at 0, and to have
     * what compaction removed.
     */
    private static boolean isAGap(String line) {
        if (line.startsWith("Non-consecutive offsets in ")) {
            return true;
        }
        Matcher pair = FOLLOWED.matcher(line);
        return pair.matches() && Long.parseLong(pair.group(1)) < Long.parseLong(pair.group(2));
    }

    private static boolean saysInvalid(String line) {
        return line.endsWith(" isvalid: false") || INVALID_END.matcher(line).matches();
    }
}
