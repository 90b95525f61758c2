package mortise.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mortise.testing.ForeignArtifacts;

/**
 * Builds a Maven project that is not part of this build, against the artifacts that this build has
 * just made: they are published into a directory, and everything else comes from the local
 * repository, without a network.
 */
final class OutsideBuild {
    private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();
    private static final Path WORK = Path.of("target/outside").toAbsolutePath();
    private static final String VERSION = System.getProperty("mortise.version", "");
    private static final long PATIENCE_MINUTES = 10;
    private static final int SHOWN_ERRORS = 20;

    private OutsideBuild() {}

    /** Copies a project of the checkout, builds it there, and returns the copy. */
    static Path verify(String project) throws IOException, InterruptedException {
        Path repository = publish("spi", "api", "record", "tck");
        forget(WORK.resolve("local/io/mortise"));
        Path copy = WORK.resolve(project);
        copy(CHECKOUT.resolve(project), copy);
        Path settings =
                Files.writeString(
                        WORK.resolve("settings.xml"),
                        String.format(
                                Locale.ROOT,
                                """
                                <settings>
                                  <profiles>
                                    <profile>
                                      <id>built</id>
                                      <repositories>
                                        <repository>
                                          <id>built</id>
                                          <url>%s</url>
                                          <snapshots>
                                            <updatePolicy>always</updatePolicy>
                                            <checksumPolicy>ignore</checksumPolicy>
                                          </snapshots>
                                        </repository>
                                      </repositories>
                                    </profile>
                                  </profiles>
                                  <activeProfiles><activeProfile>built</activeProfile></activeProfiles>
                                </settings>
                                """,
                                repository.toUri()));
        Path output = copy.resolve("build.log");
        ProcessBuilder builder =
                new ProcessBuilder(
                                CHECKOUT.resolve("mvnw").toString(),
                                "--batch-mode",
                                "--offline",
                                "-Daether.offline.protocols=file",
                                "--settings",
                                settings.toString(),
                                "-Dmaven.repo.local=" + WORK.resolve("local"),
                                "-Dmaven.repo.local.tail="
                                        + ForeignArtifacts.linked(
                                                Path.of(
                                                        System.getProperty(
                                                                "mortise.local-repository")),
                                                WORK.resolve("foreign")),
                                "-Dmaven.repo.local.tail.ignoreAvailability=true",
                                "verify")
                        .directory(copy.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process maven = builder.start();
        if (!maven.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
            maven.descendants().forEach(ProcessHandle::destroyForcibly);
            maven.destroyForcibly();
            throw new IllegalStateException(
                    project + " was not built in " + PATIENCE_MINUTES + " minutes");
        }
        if (maven.exitValue() != 0) {
            throw new IllegalStateException(
                    Files.readAllLines(output).stream()
                            .filter(line -> line.startsWith("[ERROR]"))
                            .limit(SHOWN_ERRORS)
                            .collect(
                                    Collectors.joining(
                                            "\n",
                                            project + " was not built, see " + output + "\n",
                                            "")));
        }
        return copy;
    }

    private static Path publish(String... modules) throws IOException {
        Path repository = WORK.resolve("repository");
        add(repository, "parent", CHECKOUT.resolve("pom.xml"), ".pom");
        for (String module : modules) {
            Path source = CHECKOUT.resolve(module);
            add(repository, module, source.resolve("pom.xml"), ".pom");
            add(
                    repository,
                    module,
                    source.resolve("target/mortise-" + module + "-" + VERSION + ".jar"),
                    ".jar");
        }
        return repository;
    }

    private static void add(Path repository, String module, Path file, String ending)
            throws IOException {
        String artifact = "mortise-" + module;
        Path folder =
                Files.createDirectories(
                        repository.resolve("io/mortise").resolve(artifact).resolve(VERSION));
        Files.copy(
                file,
                folder.resolve(artifact + "-" + VERSION + ending),
                StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Removes what an earlier run resolved: without a network, snapshots are not looked for again.
     */
    private static void forget(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(from)) {
            all = files.filter(file -> !from.relativize(file).startsWith("target")).toList();
        }
        for (Path file : all) {
            Path target = to.resolve(from.relativize(file));
            if (Files.isDirectory(file)) {
                Files.createDirectories(target);
            } else {
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
