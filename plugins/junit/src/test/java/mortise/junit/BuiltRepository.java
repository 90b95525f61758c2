package mortise.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Maven repository in a directory, with the artifacts that the build has just made: the jars that
 * lie in the modules' {@code target}, and the POMs that describe them.
 */
record BuiltRepository(Path directory, String version) {
    private static final String PARENT = "mortise-parent";

    /** Publishes every module of this checkout that has a jar. */
    static BuiltRepository publish(Path checkout, Path directory, String version) {
        BuiltRepository repository = new BuiltRepository(directory, version);
        repository.add(PARENT, checkout.resolve("pom.xml"), ".pom");
        for (Path jar : jars(checkout, version)) {
            String artifact = jar.getFileName().toString().replace("-" + version + ".jar", "");
            Path module = jar.getParent().getParent();
            repository.add(artifact, module.resolve("pom.xml"), ".pom");
            repository.add(artifact, jar, ".jar");
        }
        return repository;
    }

    private static List<Path> jars(Path checkout, String version) {
        try (Stream<Path> found =
                Files.find(
                        checkout,
                        4,
                        (path, attributes) ->
                                path.getParent().endsWith("target")
                                        && path.getFileName().toString().startsWith("mortise-")
                                        && path.toString().endsWith("-" + version + ".jar"))) {
            return found.sorted().toList();
        } catch (IOException failure) {
            throw new UncheckedIOException("looking for jars below " + checkout, failure);
        }
    }

    private void add(String artifact, Path file, String ending) {
        Path folder = directory.resolve("io/mortise").resolve(artifact).resolve(version);
        try {
            Files.createDirectories(folder);
            Files.copy(
                    file,
                    folder.resolve(artifact + "-" + version + ending),
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new UncheckedIOException("publishing " + artifact, failure);
        }
    }
}
