package mortise.junit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The class path of this JVM, for the process that runs its brokers: the jars of the broker are on
 * it, though a Java below theirs never loads them. Jars come before folders in the process, for its
 * JVM caches what jars hold and allows folders only after them.
 */
record TestClassPath(List<String> jars, List<String> folders) {
    private static final String SEPARATOR = System.getProperty("path.separator", ":");

    private static TestClassPath of(Stream<String> places) {
        Map<Boolean, List<String>> byKind =
                places.distinct()
                        .collect(
                                Collectors.partitioningBy(place ->
                                        place.endsWith(".jar")
                                                && Files.isRegularFile(Path.of(place))));
        return new TestClassPath(
                List.copyOf(byKind.getOrDefault(true, List.of())),
                List.copyOf(byKind.getOrDefault(false, List.of())));
    }

    /**
     * A class path that has this class.
     *
     * @throws IllegalStateException if the tests' class path lacks it
     */
    static TestClassPath with(String className) {
        String resource = resource(className);
        ClassLoader loader = TestClassPath.class.getClassLoader();
        if (loader.getResource(resource) == null) {
            throw new IllegalStateException(
                    "there is no broker to run: depend on io.mortise:mortise-junit, which has it,"
                            + " and not on mortise-junit-api alone");
        }
        return of(
                ClassLoader.getSystemResource(resource) != null ? ofTheJvm() : ofTheLoader(loader));
    }

    private static String resource(String className) {
        return className.replace('.', '/') + ".class";
    }

    /** Whether this class comes from one of these jars itself. */
    boolean hasJarOf(String className) {
        URL found = TestClassPath.class.getClassLoader().getResource(resource(className));
        try {
            return found != null
                    && found.openConnection() instanceof JarURLConnection jar
                    && jars.contains(Path.of(jar.getJarFileURL().toURI()).toString());
        } catch (IOException | URISyntaxException | IllegalArgumentException elsewhere) {
            return false;
        }
    }

    /** What the process's JVM is given. */
    String text() {
        return String.join(SEPARATOR, Stream.concat(jars.stream(), folders.stream()).toList());
    }

    /** The jars only. */
    String jarText() {
        return String.join(SEPARATOR, jars);
    }

    private static Stream<String> ofTheJvm() {
        return Stream.of("java.class.path", "jdk.module.path")
                .map(property -> System.getProperty(property, ""))
                .flatMap(path -> Stream.of(path.split(Pattern.quote(SEPARATOR), -1)))
                .filter(place -> !place.isEmpty());
    }

    /** What a class loader of a tool's own has: each jar that has a manifest, as all of ours do. */
    private static Stream<String> ofTheLoader(ClassLoader loader) {
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
        return places.stream();
    }
}
