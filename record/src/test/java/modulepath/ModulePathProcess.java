package modulepath;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A JVM of its own with one codec plugin on its module path, as a broker has it. */
public final class ModulePathProcess {
    private ModulePathProcess() {}

    /**
     * Runs {@link RoundTrip} for a codec and returns what the process printed, errors and warnings
     * included.
     *
     * @param plugin the plugin's module
     * @param library the module of the library that it stands on
     */
    public static String roundTrip(String codec, String plugin, String library)
            throws IOException, InterruptedException {
        String modulePath = modulePath(Set.of("mortise.api", "mortise.record", plugin), library);
        Path classes = Path.of(location(RoundTrip.class));
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--module-path",
                                modulePath,
                                "--add-modules",
                                "mortise.record," + plugin,
                                "--enable-native-access=" + library,
                                "--sun-misc-unsafe-memory-access=allow",
                                "-Xmx64m",
                                "-cp",
                                classes.toString(),
                                RoundTrip.class.getName(),
                                codec)
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return "exit " + process.waitFor() + ": " + output.strip();
    }

    private static String location(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation().getPath();
    }

    private static String modulePath(Set<String> explicit, String library) {
        List<String> chosen = new ArrayList<>();
        String separator = System.getProperty("path.separator");
        for (String entry : System.getProperty("java.class.path").split(separator, -1)) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path) && !Files.exists(path.resolve("module-info.class"))) {
                continue;
            }
            boolean wanted =
                    ModuleFinder.of(path).findAll().stream()
                            .map(module -> module.descriptor())
                            .anyMatch(module -> isWanted(module, explicit, library));
            if (wanted) {
                chosen.add(entry);
            }
        }
        return String.join(separator, chosen);
    }

    private static boolean isWanted(ModuleDescriptor module, Set<String> explicit, String library) {
        return module.name().equals(library)
                || (!module.isAutomatic() && explicit.contains(module.name()));
    }
}
