package mortise.bench.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a measurement was made on.
 *
 * @param facts by name, for reports
 */
public record Environment(Map<String, String> facts) {
    /**
     * Looks at the machine.
     *
     * @param work where data directories are made
     */
    public static Environment of(Path work) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("processor", first("/proc/cpuinfo", "model name"));
        facts.put("processors", Integer.toString(processors()));
        facts.put("memory", first("/proc/meminfo", "MemTotal"));
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put(
                "Java",
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        facts.put("file system", fileSystem(work));
        return new Environment(facts);
    }

    private static String first(String file, String field) {
        try {
            return Files.readAllLines(Path.of(file)).stream()
                    .filter(line -> line.startsWith(field))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException unreadable) {
            return "unknown";
        }
    }

    private static String fileSystem(Path work) {
        try {
            return Files.getFileStore(work).type();
        } catch (IOException unreadable) {
            return "unknown";
        }
    }

    /** How many processors the machine has, however few of them this process may use. */
    public static int processors() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            int all = (int) lines.filter(line -> line.startsWith("processor")).count();
            return all > 0 ? all : Runtime.getRuntime().availableProcessors();
        } catch (IOException | UncheckedIOException unknown) {
            return Runtime.getRuntime().availableProcessors();
        }
    }
}
