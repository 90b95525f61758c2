package mortise.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import mortise.testing.ForeignArtifacts;
import mortise.testing.TreeCopy;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Maven projects outside of this build, plain and on the class path, whose one dependency on
 * Mortise is the extension, or what programs embed. They are built by a Maven of their own, against
 * the artifacts of this build and without a network.
 */
class OutsideProjectTest {
    private static final Path CHECKOUT = Path.of("../..").toAbsolutePath().normalize();
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Path OUTSIDE = TARGET.resolve("outside");
    private static final Path CACHE = OUTSIDE.resolve("cache");
    private static final long PATIENCE_MINUTES = 10;
    private static final String VERSION = System.getProperty("mortise.version", "");

    private static Path repository;
    private static Path foreign;

    @BeforeAll
    static void publish() throws Exception {
        assumeTrue(!VERSION.isEmpty(), "run by the build, after its jars are there");
        repository =
                BuiltRepository.publish(CHECKOUT, TARGET.resolve("repository"), VERSION)
                        .directory();
        foreign =
                ForeignArtifacts.linked(
                        Path.of(System.getProperty("mortise.local-repository")),
                        Files.createDirectories(OUTSIDE).resolve("foreign"));
        forget(OUTSIDE.resolve("local").resolve("io").resolve("mortise"));
        forget(CACHE);
    }

    @Test
    void aClassPathProjectNeedsOneDependencyOnly() throws Exception {
        assertThat(test("class-path", Path.of(System.getProperty("java.home"))))
                .contains("Tests run: 2, Failures: 0, Errors: 0, Skipped: 0");
    }

    @Test
    void aProgramNeedsOneDependencyOnly() throws Exception {
        assertThat(test("program", Path.of(System.getProperty("java.home"))))
                .contains("Tests run: 1, Failures: 0, Errors: 0, Skipped: 0")
                .contains("mortise.plugin.talkative - said by a plugin")
                .doesNotContain("No SLF4J providers");
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 21})
    void aProjectOfAnOlderJavaNeedsTheSameDependency(int java) throws Exception {
        Optional<Path> jdk = installed(java);
        assumeTrue(jdk.isPresent(), "there is no JDK " + java);

        assertThat(test("older-java", jdk.get(), "-Dmaven.compiler.release=" + java))
                .contains("Tests run: 5, Failures: 0, Errors: 0, Skipped: 0")
                .contains("the tests run on Java " + java)
                .contains("slf4j-api 1.7.36 of file:")
                .contains("comes first on the class path, but Mortise logs with 2.x");
        Eventually.is("the next start has a cache", () -> !startCaches().isEmpty());
    }

    private static List<Path> startCaches() {
        try (Stream<Path> all = Files.walk(CACHE)) {
            return all.filter(path -> path.toString().endsWith(".aot")).toList();
        } catch (IOException | UncheckedIOException beingMade) {
            return List.of();
        }
    }

    /** A JDK of this machine, where distributions put them. */
    private static Optional<Path> installed(int java) throws IOException {
        Path place = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(place)) {
            return Optional.empty();
        }
        try (Stream<Path> all = Files.list(place)) {
            return all.sorted()
                    .filter(home -> Files.isExecutable(home.resolve("bin/javac")))
                    .filter(home -> {
                        try {
                            return Files.readString(home.resolve("release"))
                                    .contains("JAVA_VERSION=\"" + java + ".");
                        } catch (IOException noJdk) {
                            return false;
                        }
                    })
                    .findFirst();
        }
    }

    /** Runs a project's tests on a JDK, and returns what Maven said. */
    private static String test(String name, Path jdk, String... more) throws Exception {
        Path project = OUTSIDE.resolve(name);
        TreeCopy.copy(Path.of("src/it").toAbsolutePath().resolve(name), project);
        Path settings = OUTSIDE.resolve("settings.xml");
        Files.writeString(settings, "<settings/>\n");
        Path output = OUTSIDE.resolve(name + ".txt");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                CHECKOUT.resolve("mvnw").toString(),
                                "--batch-mode",
                                "--offline",
                                "-Daether.offline.protocols=file",
                                "--settings",
                                settings.toString(),
                                "--global-settings",
                                settings.toString(),
                                "-Dmaven.repo.local=" + OUTSIDE.resolve("local"),
                                "-Dmaven.repo.local.tail=" + foreign,
                                "-Dmortise.repository=" + repository.toUri(),
                                "-Dmortise.version=" + VERSION,
                                "-Dkafka.version=" + System.getProperty("mortise.kafka-version"),
                                "-Djunit.version=" + System.getProperty("mortise.junit-version")));
        command.addAll(List.of(more));
        command.add("test");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(project.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", jdk.toString());
        builder.environment().put("XDG_CACHE_HOME", CACHE.toString());
        builder.environment().remove("CI");
        builder.environment().put("MORTISE_JUNIT_JDK", System.getProperty("java.home"));
        Process maven = builder.start();
        boolean ended = maven.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            maven.descendants().forEach(ProcessHandle::destroyForcibly);
            maven.destroyForcibly();
        }

        String said = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(ended).as("Maven ended within its time: %s", said).isTrue();
        assertThat(maven.exitValue()).as(said).isZero();
        return said;
    }

    /** Removes what an earlier run took from the repository: it would be taken again. */
    private static void forget(Path taken) throws IOException {
        if (Files.exists(taken)) {
            try (Stream<Path> all = Files.walk(taken)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }
}
