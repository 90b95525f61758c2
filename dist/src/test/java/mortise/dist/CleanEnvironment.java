package mortise.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * What processes of tests start in: no settings of the developer who runs them, by variables, by a
 * file in the working directory or by files of the user's home.
 */
final class CleanEnvironment {
    private static final Path EMPTY = Path.of("target/empty").toAbsolutePath();
    private static final Set<String> OF_OTHERS =
            Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "KCAT_CONFIG");

    private CleanEnvironment() {}

    /** A process that finds nothing but what its command and these variables say. */
    static ProcessBuilder of(ProcessBuilder builder, Map<String, String> variables) {
        Map<String, String> environment = builder.environment();
        environment
                .keySet()
                .removeIf(name -> name.startsWith("MORTISE_") || OF_OTHERS.contains(name));
        environment.put("HOME", EMPTY.toString());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.putAll(variables);
        try {
            return builder.directory(Files.createDirectories(EMPTY).toFile());
        } catch (IOException failure) {
            throw new UncheckedIOException("making " + EMPTY, failure);
        }
    }

    static ProcessBuilder of(ProcessBuilder builder) {
        return of(builder, Map.of());
    }
}
