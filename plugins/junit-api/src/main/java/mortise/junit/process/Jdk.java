package mortise.junit.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An installed JDK.
 *
 * @param home the folder with {@code bin/java}
 * @param version its feature version
 */
record Jdk(Path home, int version) {
    private static final Pattern VERSION =
            Pattern.compile("^JAVA_VERSION=\"(\\d+)", Pattern.MULTILINE);

    /** The JDK at a place, if there is one: its {@code release} file says which. */
    static Optional<Jdk> at(Path home) {
        try {
            if (!Files.isExecutable(java(home))) {
                return Optional.empty();
            }
            Matcher found = VERSION.matcher(Files.readString(home.resolve("release")));
            return found.find()
                    ? Optional.of(new Jdk(home, Integer.parseInt(found.group(1))))
                    : Optional.empty();
        } catch (IOException | NumberFormatException unreadable) {
            return Optional.empty();
        }
    }

    private static Path java(Path home) {
        Path windows = home.resolve("bin").resolve("java.exe");
        return Files.exists(windows) ? windows : home.resolve("bin").resolve("java");
    }

    Path java() {
        return java(home);
    }
}
