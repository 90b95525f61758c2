package mortise.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * The extension in projects that have an older JUnit: {@link ExtensionTest}, in a JVM that has the
 * oldest one that we say works.
 */
class OlderJUnitTest {
    private static final Path JARS = Path.of("target/oldest-junit").toAbsolutePath();
    private static final long PATIENCE_SECONDS = 240;

    @TempDir private Path directory;

    @Test
    @Timeout(PATIENCE_SECONDS + 30)
    void brokersBeginAndEndAsOnTheNewestOne() throws Exception {
        assumeTrue(Files.isDirectory(JARS), "the build puts the oldest JUnit there");
        Path output = directory.resolve("output");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                classPath(),
                                OlderJUnitTest.class.getName())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly().waitFor();

        String said = Files.readString(output);
        assertThat(ended).as("it ended: %s", said).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said).contains("on JUnit 5.8.2");
    }

    /** Ours, with the older JUnit in the place of the newer one. */
    private static String classPath() throws Exception {
        List<String> places = new ArrayList<>();
        try (Stream<Path> jars = Files.list(JARS)) {
            jars.map(Path::toString).sorted().forEach(places::add);
        }
        String newer = "(junit-(jupiter|platform)|opentest4j|surefire).*";
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(place -> !Path.of(place).getFileName().toString().matches(newer))
                .forEach(places::add);
        return places.stream().collect(Collectors.joining(File.pathSeparator));
    }

    /** What the other JVM runs. */
    public static void main(String[] arguments) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(ExtensionTest.class))
                                .build(),
                        listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.getFailures()
                .forEach(failure -> failure.getException().printStackTrace(System.out));
        assertThat(summary.getTotalFailureCount()).isZero();
        assertThat(summary.getTestsSucceededCount()).isGreaterThan(5);
        System.out.println(
                summary.getTestsSucceededCount()
                        + " tests succeeded on JUnit "
                        + Test.class.getPackage().getImplementationVersion());
    }
}
