package mortise.junit.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Looks for a JDK that can run a broker, where the {@code mortise} command does and where builds
 * put them.
 *
 * @param environment the variables of this process
 * @param installed folders whose entries may be JDKs
 */
record JdkSearch(Map<String, String> environment, List<Place> installed) {
    /** The first Java that can run a broker. */
    static final int NEEDED = 25;

    static final String VARIABLE = "MORTISE_JUNIT_JDK";

    /** What the machines of GitHub's actions have: {@code JAVA_HOME_25_X64}. */
    private static final Pattern NUMBERED = Pattern.compile("JAVA_HOME_\\d+_\\w+");

    /**
     * A folder of JDKs.
     *
     * @param names which of its entries, as a glob
     * @param inside where in an entry the JDK is
     */
    record Place(Path folder, String names, String inside) {}

    /** A search of this machine. */
    static JdkSearch ofThisMachine() {
        Path home = Path.of(System.getProperty("user.home", "/nowhere"));
        return new JdkSearch(
                System.getenv(),
                List.of(
                        new Place(Path.of("/usr/lib/jvm"), "*", ""),
                        new Place(Path.of("/usr/lib64/jvm"), "*", ""),
                        new Place(Path.of("/usr/java"), "*", ""),
                        new Place(Path.of("/opt/java"), "*", ""),
                        new Place(Path.of("/opt"), "*jdk*", ""),
                        new Place(home.resolve(".sdkman/candidates/java"), "*", ""),
                        new Place(home.resolve(".jdks"), "*", ""),
                        new Place(home.resolve(".gradle/jdks"), "*", ""),
                        new Place(home.resolve(".gradle/jdks"), "*", "Contents/Home"),
                        new Place(
                                Path.of("/Library/Java/JavaVirtualMachines"), "*", "Contents/Home"),
                        new Place(
                                Path.of("/opt/homebrew/opt"),
                                "openjdk*",
                                "libexec/openjdk.jdk/Contents/Home")));
    }

    /**
     * The JDK that was named, or the first that is found.
     *
     * @param named by the user; nothing if nobody did
     * @throws IllegalStateException if what was named is none that can run a broker, or none is
     *     found: one line with the remedy
     */
    Jdk find(Optional<String> named) {
        Optional<String> name =
                named.or(() -> Optional.ofNullable(environment.get(VARIABLE)))
                        .filter(text -> !text.isBlank());
        return name.isPresent() ? named(name.get()) : found();
    }

    private static Jdk named(String name) {
        Optional<Jdk> there = at(name);
        return there.filter(JdkSearch::fits)
                .orElseThrow(() ->
                        new IllegalStateException(
                                "the JDK that was named for the test's broker, "
                                        + name
                                        + ", "
                                        + there.map(jdk -> "is JDK " + jdk.version())
                                                .orElse("is no JDK")
                                        + "; a broker needs JDK "
                                        + NEEDED
                                        + " or newer"));
    }

    private Jdk found() {
        List<Path> candidates = new ArrayList<>();
        Optional<Jdk> home = at(environment.getOrDefault("JAVA_HOME", ""));
        home.map(Jdk::home).ifPresent(candidates::add);
        new TreeMap<>(environment)
                .forEach((variable, value) -> {
                    if (NUMBERED.matcher(variable).matches()) {
                        at(value).map(Jdk::home).ifPresent(candidates::add);
                    }
                });
        onPath().ifPresent(candidates::add);
        for (Place place : installed) {
            candidates.addAll(entries(place));
        }
        return candidates.stream()
                .map(Jdk::at)
                .flatMap(Optional::stream)
                .filter(JdkSearch::fits)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalStateException(
                                "no JDK "
                                        + NEEDED
                                        + " found to run the test's broker; looked at JAVA_HOME ("
                                        + environment.getOrDefault("JAVA_HOME", "not set")
                                        + home.map(jdk -> ", which is JDK " + jdk.version())
                                                .orElse("")
                                        + "), JAVA_HOME_*_*, java on the PATH, /usr/lib/jvm,"
                                        + " /usr/java, /opt, ~/.sdkman, ~/.jdks, ~/.gradle/jdks and"
                                        + " /Library/Java; install a JDK "
                                        + NEEDED
                                        + " (for example Temurin "
                                        + NEEDED
                                        + "), or name one with the system property"
                                        + " mortise.junit.jdk or the variable "
                                        + VARIABLE));
    }

    private static boolean fits(Jdk jdk) {
        return jdk.version() >= NEEDED;
    }

    private static Optional<Jdk> at(String place) {
        try {
            return place.isBlank() ? Optional.empty() : Jdk.at(Path.of(place.strip()));
        } catch (InvalidPathException noPlace) {
            return Optional.empty();
        }
    }

    /** The JDK of the {@code java} that a shell would run. */
    private Optional<Path> onPath() {
        String separator = System.getProperty("path.separator", ":");
        for (String folder :
                environment.getOrDefault("PATH", "").split(Pattern.quote(separator), -1)) {
            try {
                Path java = Path.of(folder, "java");
                if (!folder.isBlank() && Files.isExecutable(java)) {
                    Path bin = java.toRealPath().getParent();
                    return Optional.ofNullable(bin == null ? null : bin.getParent());
                }
            } catch (IOException | InvalidPathException unusable) {
                // then the shell does not find it there either
            }
        }
        return Optional.empty();
    }

    private static List<Path> entries(Place place) {
        List<Path> entries = new ArrayList<>();
        if (Files.isDirectory(place.folder())) {
            try (DirectoryStream<Path> found =
                    Files.newDirectoryStream(place.folder(), place.names())) {
                for (Path entry : found) {
                    entries.add(entry.resolve(place.inside()));
                }
            } catch (IOException unreadable) {
                return List.of();
            }
        }
        entries.sort(null);
        return entries;
    }
}
