package mortise.broker.plugin.folder;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import mortise.api.PermittedApi;

/**
 * What a jar of a plugin folder holds, as far as loading asks. Entries for newer Java versions of a
 * multi-release jar count up to the running one.
 *
 * @param path where it lies
 * @param module whether it has a module descriptor of its own
 * @param alias the name by which modules may require it if it has none: the manifest's {@code
 *     Automatic-Module-Name}, else one derived from the file name; empty if neither is a module
 *     name
 * @param classes the packages of its classes, and in each the binary names of the classes, as far
 *     as they are Java names
 * @param directories the directories that it has entries in, in order; empty is the top
 * @param shared the names under {@code META-INF} and at the top, which other jars may have too, in
 *     order
 * @param services what its {@code META-INF/services} names: service to providers
 * @param problems what of it cannot be loaded, and why
 */
record LibraryJar(
        Path path,
        boolean module,
        Optional<String> alias,
        SortedMap<String, List<String>> classes,
        List<String> directories,
        List<String> shared,
        SortedMap<String, List<String>> services,
        List<String> problems) {
    private static final String SERVICES = "META-INF/services/";
    private static final String CLASS = ".class";
    private static final Pattern VERSION_SUFFIX = Pattern.compile("-(\\d+(\\.|$))");

    /**
     * Reads the directory of a jar.
     *
     * @throws IOException if it is no readable jar
     */
    static LibraryJar read(Path path) throws IOException {
        try (JarFile jar = open(path)) {
            SortedMap<String, TreeSet<String>> classes = new TreeMap<>();
            Set<String> directories = new TreeSet<>();
            Set<String> shared = new TreeSet<>();
            List<String> problems = new ArrayList<>();
            SortedMap<String, List<String>> services = new TreeMap<>();
            Map<String, String> badPackages = new LinkedHashMap<>();
            boolean module = false;
            for (JarEntry entry : (Iterable<JarEntry>) jar.versionedStream()::iterator) {
                String name = entry.getName();
                directories.add(directoryOf(name));
                if (isShared(name)) {
                    shared.add(name);
                }
                if (name.equals("module-info.class")) {
                    module = true;
                } else if (name.startsWith(SERVICES)
                        && name.length() > SERVICES.length()
                        && name.indexOf('/', SERVICES.length()) < 0) {
                    services.put(name.substring(SERVICES.length()), providers(jar, entry));
                } else if (name.endsWith(CLASS) && !name.startsWith("META-INF/")) {
                    String binary =
                            name.substring(0, name.length() - CLASS.length()).replace('/', '.');
                    int dot = binary.lastIndexOf('.');
                    String inPackage = dot < 0 ? "" : binary.substring(0, dot);
                    if (classes.containsKey(inPackage) || isPackage(inPackage)) {
                        TreeSet<String> siblings =
                                classes.computeIfAbsent(inPackage, _ -> new TreeSet<>());
                        if (mayBeService(binary)) {
                            siblings.add(binary);
                        }
                    } else {
                        badPackages.putIfAbsent(inPackage, binary);
                    }
                }
            }
            badPackages.forEach((bad, example) ->
                    problems.add(
                            path.getFileName()
                                    + ": "
                                    + (bad.isEmpty()
                                            ? "classes outside any package cannot be loaded, for"
                                                    + " example "
                                                    + example
                                            : "package "
                                                    + bad
                                                    + " is no Java name, so its classes cannot be"
                                                    + " loaded")));
            return new LibraryJar(
                    path,
                    module,
                    alias(path, jar),
                    lists(classes),
                    List.copyOf(directories),
                    List.copyOf(shared),
                    services,
                    problems);
        }
    }

    private static SortedMap<String, List<String>> lists(SortedMap<String, TreeSet<String>> sets) {
        SortedMap<String, List<String>> lists = new TreeMap<>();
        sets.forEach((key, values) -> lists.put(key, List.copyOf(values)));
        return lists;
    }

    /** The packages of its classes. */
    Set<String> packages() {
        return classes.keySet();
    }

    /**
     * Where an entry is: its name up to the last slash, that of a directory's own name included.
     */
    static String directoryOf(String name) {
        return name.substring(0, Math.max(0, name.lastIndexOf('/')));
    }

    /** Whether an entry is one of those that many jars have, each its own. */
    static boolean isShared(String name) {
        boolean top = name.startsWith("META-INF/") || name.indexOf('/') < 0;
        return top && !name.endsWith(CLASS) && !name.endsWith("/");
    }

    /** Opens a jar for reading, with the entries for the running Java version. */
    @PermittedApi("a plugin's jars are real files, and JarFile wants one")
    static JarFile open(Path path) throws IOException {
        return new JarFile(path.toFile(), false, ZipFile.OPEN_READ, Runtime.version());
    }

    private static boolean mayBeService(String className) {
        try {
            ModuleDescriptor.newModule("any").uses(className);
            return true;
        } catch (IllegalArgumentException noName) { // such as package-info
            return false;
        }
    }

    private static boolean isPackage(String name) {
        try {
            ModuleDescriptor.newModule("any").packages(Set.of(name));
            return true;
        } catch (IllegalArgumentException noName) {
            return false;
        }
    }

    private static List<String> providers(JarFile jar, JarEntry entry) throws IOException {
        List<String> names = new ArrayList<>();
        try (InputStream in = jar.getInputStream(entry);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int comment = line.indexOf('#');
                String name = (comment < 0 ? line : line.substring(0, comment)).strip();
                if (!name.isEmpty() && !names.contains(name)) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    /** As the Java platform names automatic modules. */
    private static Optional<String> alias(Path path, JarFile jar) throws IOException {
        Manifest manifest = jar.getManifest();
        String given =
                manifest == null
                        ? null
                        : manifest.getMainAttributes()
                                .getValue(new Attributes.Name("Automatic-Module-Name"));
        String name = given == null ? derivedName(path) : given.strip();
        try {
            ModuleDescriptor.newModule(name);
            return Optional.of(name);
        } catch (IllegalArgumentException noName) {
            return Optional.empty();
        }
    }

    private static String derivedName(Path path) {
        String file = String.valueOf(path.getFileName());
        String name = file.substring(0, file.length() - ".jar".length());
        Matcher version = VERSION_SUFFIX.matcher(name);
        if (version.find()) {
            name = name.substring(0, version.start());
        }
        return name.replaceAll("[^A-Za-z0-9]", ".")
                .replaceAll("\\.{2,}", ".")
                .replaceAll("^\\.|\\.$", "");
    }
}
