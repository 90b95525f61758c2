package mortise.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Maven repository in a directory, with the artifacts that the build has just made: the jars that
 * lie in the modules' {@code target}, and the POMs that describe them.
 */
record BuiltRepository(Path directory, String version) {
    private static final String PARENT = "mortise-parent";
    private static final String BOM = "mortise-bom";

    /** Publishes every module of this checkout that has a jar. */
    static BuiltRepository publish(Path checkout, Path directory, String version) {
        BuiltRepository repository = new BuiltRepository(directory, version);
        repository.add(PARENT, checkout.resolve("pom.xml"), ".pom");
        repository.add(BOM, checkout.resolve("bom/pom.xml"), ".pom");
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
        Path published = folder.resolve(artifact + "-" + version + ending);
        try {
            Files.createDirectories(folder);
            Files.copy(file, published, StandardCopyOption.REPLACE_EXISTING);
            MessageDigest digest = MessageDigest.getInstance("SHA-1"); // what Maven asks for
            Files.writeString(
                    folder.resolve(published.getFileName() + ".sha1"),
                    HexFormat.of().formatHex(digest.digest(Files.readAllBytes(published))));
        } catch (IOException failure) {
            throw new UncheckedIOException("publishing " + artifact, failure);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
