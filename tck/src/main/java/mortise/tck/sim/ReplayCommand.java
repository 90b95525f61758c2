package mortise.tck.sim;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The one line that runs a failed seed again. */
final class ReplayCommand {
    private ReplayCommand() {}

    /** The line for a test ({@code Class#method}), from the root of the build if there is one. */
    static String of(String test, long seed) {
        Path module = Path.of("").toAbsolutePath();
        Path root = rootOf(module);
        String filter = "-Dtest='" + test + "' -D" + SeedRange.SEED + "=" + seed + " test";
        if (root == null || root.equals(module)) {
            return (root == null ? "mvn " : "./mvnw ") + filter;
        }
        return "./mvnw -pl "
                + root.relativize(module)
                + " -am -Dsurefire.failIfNoSpecifiedTests=false "
                + filter;
    }

    private static @Nullable Path rootOf(Path module) {
        for (Path folder = module; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("mvnw"))) {
                return folder;
            }
        }
        return null;
    }
}
