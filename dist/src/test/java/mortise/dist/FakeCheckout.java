package mortise.dist;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A checkout with the real start script, one source, a Maven that copies the source to where the
 * broker's jars lie, and a JVM that only says how it was called: what the script does around builds
 * is seen without any.
 */
final class FakeCheckout {
    private static final Path SCRIPT = Path.of("../mortise");

    /** Waits where there is a pipe {@code gate}; fails where the source says {@code broken}. */
    private static final String MAVEN =
            """
            #!/bin/sh
            here=$(dirname "$0")
            echo "$*" >> "$here/runs"
            if [ -p "$here/gate" ]; then
                read -r go < "$here/gate"
                rm -f "$here/gate"
            fi
            echo '[INFO] Building Mortise core 1 [1/2]'
            echo '[INFO] Compiling 1 source file'
            case $* in *verify*)
                mkdir -p "$here/core/target/surefire-reports"
                echo '[INFO] Running core.OneTest'
                echo '[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 1 s -- in core.OneTest'
                if grep -q broken "$here/core/src/main/java/A.java"; then
                    echo 'Tests run: 1 <<< FAILURE! -- in core.TwoTest' > "$here/core/target/surefire-reports/core.TwoTest.txt"
                fi
                ;;
            esac
            if grep -q broken "$here/core/src/main/java/A.java"; then
                echo '[ERROR] A.java is broken'
                exit 1
            fi
            mkdir -p "$here/dist/target/mortise/lib" "$here/dist/target/mortise/conf"
            cp "$here/core/src/main/java/A.java" "$here/dist/target/mortise/lib/a.jar"
            """;

    private final Path root;
    private final Path java;

    FakeCheckout(Path directory) throws IOException {
        root = Files.createDirectories(directory.resolve("checkout"));
        java = directory.resolve("jdk");
        executable(java.resolve("bin/java"), "#!/bin/sh\necho \"ran $*\"\n");
        Files.writeString(java.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
        Files.copy(SCRIPT, root.resolve("mortise"), StandardCopyOption.COPY_ATTRIBUTES);
        executable(root.resolve("mvnw"), MAVEN);
        Files.writeString(root.resolve("pom.xml"), "<project/>");
        source("one");
    }

    private static void executable(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        if (!file.toFile().setExecutable(true)) {
            throw new IOException("making " + file + " executable");
        }
    }

    Path source() {
        return root.resolve("core/src/main/java/A.java");
    }

    void source(String text) throws IOException {
        Files.createDirectories(source().getParent());
        Files.writeString(source(), text);
    }

    Path root() {
        return root;
    }

    /** How often Maven ran. */
    int builds() throws IOException {
        Path runs = root.resolve("runs");
        return Files.exists(runs) ? Files.readAllLines(runs).size() : 0;
    }

    /** Makes the next Maven wait until {@link #open}. */
    void close() {
        BrokerProcess.Finished made =
                BrokerProcess.run(Map.of(), List.of("mkfifo", root.resolve("gate").toString()), "");
        if (made.status() != 0) {
            throw new IllegalStateException(made.err());
        }
    }

    void open() throws IOException {
        Files.writeString(root.resolve("gate"), "go\n");
    }

    BrokerProcess.Finished run(Map<String, String> environment, String... arguments) {
        return BrokerProcess.run(environment(environment), command(arguments), "");
    }

    BrokerProcess.Finished run(String... arguments) {
        return run(Map.of(), arguments);
    }

    private Map<String, String> environment(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(more);
        all.put("JAVA_HOME", java.toString());
        return all;
    }

    private List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(root.resolve("mortise").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Starts a launch that the test watches. */
    Launch launch(Map<String, String> environment, String... arguments) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command(arguments))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        Process process = CleanEnvironment.of(builder, environment(environment)).start();
        return new Launch(process, process.errorReader(StandardCharsets.UTF_8), new ArrayList<>());
    }

    /**
     * A launch that goes on.
     *
     * @param seen the lines of standard error so far
     */
    record Launch(Process process, BufferedReader errors, List<String> seen)
            implements AutoCloseable {
        /** Waits for a line. */
        void says(String part) throws IOException {
            String line;
            while ((line = errors.readLine()) != null) {
                seen.add(line);
                if (line.contains(part)) {
                    return;
                }
            }
            throw new AssertionError("it ended and never said '" + part + "': " + seen);
        }

        int status() throws IOException, InterruptedException {
            errors.lines().forEach(seen::add);
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("it does not end: " + seen);
            }
            return process.exitValue();
        }

        /** Ends it and all that it started as a crash would. */
        void kill() {
            List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
            process.destroyForcibly();
            all.forEach(ProcessHandle::destroyForcibly);
            all.forEach(each -> each.onExit().join());
            process.onExit().join();
        }

        @Override
        public void close() {
            try {
                kill();
                errors.close();
            } catch (IOException failure) {
                throw new UncheckedIOException("closing a launch", failure);
            }
        }
    }
}
