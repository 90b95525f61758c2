package mortise.dist;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The directory that this broker runs from, with its {@code lib}, {@code conf} and plugins. */
final class HomeDirectory {
    private static final String VARIABLE = "MORTISE_HOME";

    private HomeDirectory() {}

    /** Where the start script says. */
    static Path find() {
        @Nullable String told = System.getenv(VARIABLE);
        if (told == null) {
            throw new CommandFailedException(
                    "this command does not know where it runs from; start it with the mortise script, or set "
                            + VARIABLE);
        }
        return Path.of(told);
    }

    /** The configuration file of an assembled broker, whether it is there or not. */
    static Path configuration(Path home) {
        return home.resolve("conf").resolve("mortise.yaml");
    }
}
