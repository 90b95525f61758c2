package mortise.junit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The class path of this JVM, for the process that runs its brokers: the jars of the broker are on
 * it, though a Java below theirs never loads them.
 */
final class TestClassPath {
    private static final String SEPARATOR = System.getProperty("path.separator", ":");

    private TestClassPath() {}

    /**
     * A class path that has this class.
     *
     * @throws IllegalStateException if the tests' class path lacks it
     */
    static String with(String className) {
        String resource = className.replace('.', '/') + ".class";
        ClassLoader loader = TestClassPath.class.getClassLoader();
        if (loader.getResource(resource) == null) {
            throw new IllegalStateException(
                    "there is no broker to run: depend on io.mortise:mortise-junit, which has it,"
                            + " and not on mortise-junit-api alone");
        }
        return ClassLoader.getSystemResource(resource) != null ? ofTheJvm() : ofTheLoader(loader);
    }

    private static String ofTheJvm() {
        return Stream.of("java.class.path", "jdk.module.path")
                .map(property -> System.getProperty(property, ""))
                .filter(path -> !path.isEmpty())
                .collect(Collectors.joining(SEPARATOR));
    }

    /** What a class loader of a tool's own has: each jar that has a manifest, as all of ours do. */
    private static String ofTheLoader(ClassLoader loader) {
        Set<String> places = new LinkedHashSet<>();
        try {
            for (URL manifest : Collections.list(loader.getResources("META-INF/MANIFEST.MF"))) {
                if (manifest.openConnection() instanceof JarURLConnection jar) {
                    URI place = jar.getJarFileURL().toURI();
                    if ("file".equals(place.getScheme())) {
                        places.add(Path.of(place).toString());
                    }
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("looking for the jars of the broker", failure);
        } catch (URISyntaxException failure) {
            throw new IllegalStateException("looking for the jars of the broker", failure);
        }
        return String.join(SEPARATOR, places);
    }
}
