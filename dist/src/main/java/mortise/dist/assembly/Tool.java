package mortise.dist.assembly;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A program that assembling needs, run to its end. */
final class Tool {
    private Tool() {}

    /**
     * Runs it without the broker's own environment variables.
     *
     * @param purpose what it is run for, for the message
     * @throws AssemblyRefusedException if it fails, with the end of what it said
     */
    static void run(String purpose, Map<String, String> environment, List<String> command) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().keySet().removeIf(name -> name.startsWith("MORTISE_"));
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw new AssemblyRefusedException(
                        purpose + " failed with status " + status + ": " + end(said));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(purpose, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssemblyRefusedException(purpose + " was interrupted", interrupted);
        }
    }

    private static String end(String said) {
        String line = said.strip().replaceAll("\\s+", " ");
        return line.substring(Math.max(0, line.length() - 500));
    }

    /** The JDK that runs this command. */
    static Path javaHome() {
        return Path.of(System.getProperty("java.home"));
    }

    static boolean exists(Path program) {
        return Files.isExecutable(program);
    }
}
