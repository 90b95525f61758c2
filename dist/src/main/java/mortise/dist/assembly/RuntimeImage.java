package mortise.dist.assembly;

import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/** A JVM of JDK modules only, made by jlink for what some jars require. */
final class RuntimeImage {
    /** What services and reflection need and no descriptor says. */
    private static final Set<String> UNSAID =
            Set.of("jdk.crypto.ec", "jdk.unsupported", "jdk.zipfs", "jdk.management", "jdk.net");

    /** What libraries without a descriptor may need. */
    private static final Set<String> ANY =
            Set.of("java.se", "jdk.httpserver", "jdk.security.auth", "jdk.naming.dns");

    private RuntimeImage() {}

    /**
     * Refuses a JDK that cannot link.
     *
     * @throws AssemblyRefusedException if it has no jlink
     */
    static void requireJlink() {
        if (!Tool.exists(jlink())) {
            throw new AssemblyRefusedException(
                    "--runtime needs jlink and the Java at "
                            + Tool.javaHome()
                            + " has none; run this command on a full JDK 25, or leave --runtime out");
        }
    }

    private static Path jlink() {
        return Tool.javaHome().resolve("bin/jlink");
    }

    /**
     * Makes an image.
     *
     * @param libraries the modules that it must be able to run
     * @param folders whether there are plugins with libraries of their own
     */
    static void make(Collection<Library> libraries, boolean folders, Path target) {
        Tool.run(
                "linking a runtime with " + jlink(),
                Map.of(),
                List.of(
                        jlink().toString(),
                        "--add-modules",
                        String.join(",", modules(libraries, folders)),
                        "--strip-java-debug-attributes",
                        "--no-header-files",
                        "--no-man-pages",
                        "--compress",
                        "zip-6",
                        "--output",
                        target.toString()));
    }

    /** The JDK's modules that an image for these libraries has as roots. */
    static NavigableSet<String> modules(Collection<Library> libraries, boolean folders) {
        ModuleFinder system = ModuleFinder.ofSystem();
        NavigableSet<String> roots = new TreeSet<>();
        libraries.forEach(library -> roots.addAll(library.required()));
        roots.addAll(UNSAID);
        if (folders) {
            roots.addAll(ANY);
        }
        roots.removeIf(name -> system.find(name).isEmpty());
        return roots;
    }
}
