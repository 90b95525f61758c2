package mortise.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import mortise.testing.TreeCopy;

/**
 * A copy of the checkout's sources in which a script of documented commands is run: with the broker
 * that the build has just laid out, or with nothing built; in a network of its own, where every
 * port is free, if the machine lets us have one.
 */
final class ScratchCheckout {
    private static final Set<String> LEFT_OUT = Set.of("target", ".git", "data", ".idea");
    private static final Path LOCAL_REPOSITORY =
            Path.of(System.getProperty("mortise.local-repository", ""));

    /** All that it starts ends with it; its own network and processes. */
    private static final List<String> OWN_NETWORK =
            List.of("unshare", "-rn", "--pid", "--fork", "--mount-proc", "--kill-child");

    /** And a temporary directory of its own, unless the checkout lies there. */
    private static final String PREPARED =
            "ip link set lo up && case $PWD in /tmp/*) ;; *) mount -t tmpfs tmpfs /tmp ;; esac";

    private final Path work;
    private final Path checkout;

    ScratchCheckout(Path work) throws IOException {
        this.work = work;
        checkout = work.resolve("mortise");
        TreeCopy.copy(DocumentedPage.CHECKOUT, checkout, LEFT_OUT);
    }

    /** Puts the broker that tests use where a build would. */
    void putBrokerInPlace() throws IOException {
        Path home = checkout.resolve("dist/target/mortise");
        TreeCopy.copy(BrokerProcess.HOME, home, LEFT_OUT);
        Files.writeString(home.resolve(".laid-out"), "");
        Files.writeString(home.resolve(".built"), "");
    }

    /** Whether there can be a network of its own. */
    static boolean ownNetwork() {
        List<String> whole = new ArrayList<>(OWN_NETWORK);
        whole.addAll(List.of("sh", "-c", PREPARED));
        try {
            return run(whole, Map.of(), Path.of("."), Path.of("/dev/null"), 60) == 0;
        } catch (UncheckedIOException noUnshare) {
            return false;
        }
    }

    /**
     * Fetches, with the machine's network, what Maven has not used before and publishing takes: the
     * script itself has no network.
     */
    void fetchWhatPublishingTakes(Path output, long patienceSeconds) {
        int status =
                run(
                        List.of(
                                "./mvnw",
                                "-q",
                                "-Dquick",
                                "-Dpublish",
                                "-pl",
                                ":mortise-parent",
                                "install"),
                        variables(""),
                        checkout,
                        output,
                        patienceSeconds);
        if (status != 0) {
            throw new IllegalStateException(
                    "what publishing takes cannot be fetched; see " + output);
        }
    }

    /**
     * Runs a script there.
     *
     * @return its exit status
     */
    int run(String script, Path output, long patienceSeconds) throws IOException {
        Path file = Files.writeString(work.resolve("commands"), script);
        List<String> whole = new ArrayList<>(OWN_NETWORK);
        whole.addAll(List.of("sh", "-c", PREPARED + " && exec bash " + file));
        return run(whole, variables("-o "), checkout, output, patienceSeconds);
    }

    private Map<String, String> variables(String mavenArguments) {
        String bin = Path.of(System.getProperty("java.home"), "bin").toString();
        Map<String, String> variables = new HashMap<>();
        variables.put("PATH", bin + ":" + System.getenv("PATH"));
        variables.put("MAVEN_USER_HOME", LOCAL_REPOSITORY.resolveSibling("").toString());
        variables.put(
                "MAVEN_ARGS",
                mavenArguments
                        + "-Dmaven.repo.local="
                        + work.resolve("repository")
                        + " -Dmaven.repo.local.tail="
                        + LOCAL_REPOSITORY
                        + " -Dmaven.repo.local.tail.ignoreAvailability=true");
        return variables;
    }

    private static int run(
            List<String> command,
            Map<String, String> variables,
            Path directory,
            Path output,
            long patienceSeconds) {
        ProcessBuilder builder =
                CleanEnvironment.of(new ProcessBuilder(command), variables)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(output.toFile());
        try {
            Process process = builder.start();
            if (!process.waitFor(patienceSeconds, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IllegalStateException(
                        command + " did not end in " + patienceSeconds + " s; see " + output);
            }
            return process.exitValue();
        } catch (IOException failure) {
            throw new UncheckedIOException("running " + command, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command, interrupted);
        }
    }
}
