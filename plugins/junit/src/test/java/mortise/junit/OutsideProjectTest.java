package mortise.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A Maven project outside of this build, plain and on the class path, whose one dependency on
 * Mortise is the extension. It is built by a Maven of its own, against the artifacts of this build
 * and without a network.
 */
class OutsideProjectTest {
    private static final Path CHECKOUT = Path.of("../..").toAbsolutePath().normalize();
    private static final Path PROJECT = Path.of("src/it/class-path").toAbsolutePath();
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final long PATIENCE_MINUTES = 10;

    @Test
    void aClassPathProjectNeedsOneDependencyOnly() throws Exception {
        String version = System.getProperty("mortise.version");
        assumeTrue(version != null, "run by the build, after its jars are there");
        BuiltRepository repository =
                BuiltRepository.publish(CHECKOUT, TARGET.resolve("repository"), version);
        forget(TARGET.resolve("outside").resolve("local").resolve("io").resolve("mortise"));
        Path project = TARGET.resolve("outside").resolve("class-path");
        copy(PROJECT, project);
        Path settings = TARGET.resolve("outside").resolve("settings.xml");
        Files.writeString(settings, "<settings/>\n");
        Path output = TARGET.resolve("outside").resolve("output.txt");

        Process maven =
                new ProcessBuilder(
                                CHECKOUT.resolve("mvnw").toString(),
                                "--batch-mode",
                                "--offline",
                                "-Daether.offline.protocols=file",
                                "--settings",
                                settings.toString(),
                                "--global-settings",
                                settings.toString(),
                                "-Dmaven.repo.local=" + TARGET.resolve("outside").resolve("local"),
                                "-Dmaven.repo.local.tail="
                                        + System.getProperty("mortise.local-repository"),
                                "-Dmortise.repository=" + repository.directory().toUri(),
                                "-Dmortise.version=" + version,
                                "-Dkafka.version=" + System.getProperty("mortise.kafka-version"),
                                "test")
                        .directory(project.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        boolean ended = maven.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            maven.descendants().forEach(ProcessHandle::destroyForcibly);
            maven.destroyForcibly();
        }

        String said = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(ended).as("Maven ended within its time: %s", said).isTrue();
        assertThat(maven.exitValue()).as(said).isZero();
        assertThat(said).contains("Tests run: 2, Failures: 0, Errors: 0, Skipped: 0");
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

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(
                from,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) throws IOException {
                        Files.createDirectories(to.resolve(from.relativize(directory)));
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.copy(
                                file,
                                to.resolve(from.relativize(file)),
                                StandardCopyOption.REPLACE_EXISTING);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
