package mortise.dist.assembly;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mortise.api.Clock;
import mortise.broker.BrokerBuilder;
import mortise.broker.ConfigConcern;
import mortise.broker.InstalledPlugin;
import mortise.broker.PluginInventory;
import org.jspecify.annotations.Nullable;

/**
 * Lays out a self-contained broker of chosen plugins from the parts of another one. The same home
 * and the same order make the same bytes, but for an AOT cache, which the JVM never writes twice
 * alike.
 */
public final class Assembler {
    private static final String SCRIPT = "mortise";
    private static final String NATIVE_ACCESS = "--enable-native-access=";
    private static final List<String> TOP_FILES = List.of("LICENSE", "NOTICE");

    private final Home home;
    private final BrokerBuilder parts;
    private final Clock clock;

    /**
     * From this home.
     *
     * @param parts knows the plugins that are there; nothing is configured in it
     * @param clock says how long the AOT cache took
     */
    public Assembler(Home home, BrokerBuilder parts, Clock clock) {
        this.home = home;
        this.parts = parts;
        this.clock = clock;
    }

    /**
     * Lays out a broker. What was begun is removed if it fails.
     *
     * @throws AssemblyRefusedException with the reason why this cannot be
     * @throws mortise.api.config.ConfigException with everything that is wrong with the settings
     */
    public Assembled assemble(Order order) {
        Choice choice =
                Choice.of(
                        home,
                        parts.layer("--set", order.settings()).inventory().usable(),
                        order.plugins(),
                        order.settings());
        Map<String, String> chosen = new TreeMap<>(choice.settings());
        chosen.keySet().removeAll(order.settings().keySet());
        parts.layer("--with", chosen).check();
        if (order.runtime()) {
            RuntimeImage.requireJlink();
        }
        Path target = order.target().toAbsolutePath().normalize();
        order.tar().ifPresent(file -> TarArchive.requirePlace(file, target));
        boolean made = requireEmpty(target);
        try {
            return layOut(choice, order, new Tree(target));
        } catch (RuntimeException failed) {
            clear(target, made);
            throw failed;
        }
    }

    private Assembled layOut(Choice choice, Order order, Tree tree) {
        NavigableMap<String, Library> libraries = home.librariesWith(choice.names());
        libraries
                .values()
                .forEach(library -> tree.copy(library.file(), "lib/" + fileName(library)));
        home.folders()
                .forEach((name, folder) -> {
                    if (choice.names().contains(name)) {
                        copyFolder(folder, tree, "plugins/" + name);
                    }
                });
        boolean folders = choice.names().stream().anyMatch(home.folders()::containsKey);
        TOP_FILES.forEach(name -> tree.copy(home.directory().resolve(name), name));
        tree.copy(home.directory().resolve(SCRIPT), SCRIPT);
        tree.makeExecutable(SCRIPT);
        options(tree, libraries.keySet());
        tree.write("conf/mortise.yaml", configuration(choice));
        Licences.write(tree, foreignJars(tree.root()));
        if (order.runtime()) {
            RuntimeImage.make(libraries.values(), folders, tree.root().resolve("runtime"));
        }
        tree.write(
                Containerfile.NAME,
                Containerfile.text(containerParts(tree, order.runtime()), order.runtime()));
        tree.settle();
        Optional<Assembled.Cache> cache =
                order.aot() ? Optional.of(train(tree, order.runtime())) : Optional.empty();
        tree.write(Lock.NAME, lock(choice, order, tree.root(), libraries).text());
        tree.settle();
        order.tar().ifPresent(file -> TarArchive.write(tree.root(), file));
        return assembled(choice, tree.root(), cache);
    }

    /** Copies a plugin folder whole, with an index of its jars as they lie here. */
    private void copyFolder(Path source, Tree tree, String name) {
        tree.copyFolder(source, name, PluginInventory.FOLDER_INDEX);
        parts.inventory()
                .indexFolder(tree.root().resolve(name))
                .ifPresent(index -> tree.write(name + "/" + PluginInventory.FOLDER_INDEX, index));
    }

    /** The JVM's options, without modules that this broker does not have. */
    private void options(Tree tree, Set<String> modules) {
        Path conf = home.directory().resolve("conf");
        for (Path file : Tree.paths(conf)) {
            if (file.toString().endsWith(".options")) {
                tree.write(
                        "conf/" + file.getFileName(),
                        lines(file)
                                .map(line -> withoutMissing(line, modules))
                                .collect(Collectors.joining("\n", "", "\n")));
            }
        }
    }

    private static String withoutMissing(String line, Set<String> modules) {
        return line.startsWith(NATIVE_ACCESS)
                ? NATIVE_ACCESS
                        + Stream.of(line.substring(NATIVE_ACCESS.length()).split(",", -1))
                                .filter(modules::contains)
                                .collect(Collectors.joining(","))
                : line;
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException failure) {
            throw new UncheckedIOException("reading " + file, failure);
        }
    }

    /** Every key of the core and of the chosen plugins. */
    private String configuration(Choice choice) {
        Set<String> readers =
                choice.plugins().stream()
                        // a partitioner's keys are read where records are produced
                        .filter(plugin -> !plugin.kind().equals("partitioner"))
                        .map(InstalledPlugin::id)
                        .collect(Collectors.toSet());
        List<ConfigConcern> concerns =
                parts.reference().concerns().stream()
                        .filter(concern ->
                                concern.reader().equals(ConfigConcern.CORE)
                                        || readers.contains(concern.reader()))
                        .toList();
        return ConfigurationFile.assembled(concerns, choice.settings());
    }

    private static List<Path> foreignJars(Path root) {
        return Tree.paths(root).stream()
                .filter(path -> path.toString().endsWith(".jar"))
                .filter(path -> !path.getFileName().toString().startsWith("mortise-"))
                .toList();
    }

    private static List<String> containerParts(Tree tree, boolean runtime) {
        List<String> parts = new ArrayList<>(TOP_FILES);
        parts.addAll(List.of(SCRIPT, Lock.NAME, "lib", "conf", "licences"));
        if (Files.isDirectory(tree.root().resolve("plugins"))) {
            parts.add("plugins");
        }
        if (runtime) {
            parts.add("runtime");
        }
        return parts;
    }

    private Assembled.Cache train(Tree tree, boolean runtime) {
        long begun = clock.nanoTime();
        // the script names its folder by a descriptor only where there is a lock
        tree.write(Lock.NAME, "");
        Path java = runtime ? tree.root().resolve("runtime") : Tool.javaHome();
        Tool.run(
                "training the AOT cache",
                Map.of("JAVA_HOME", java.toString()),
                List.of("/bin/sh", tree.root().resolve(SCRIPT).toString(), "train"));
        Path cache = tree.root().resolve(Lock.CACHE);
        if (!Files.isRegularFile(cache)) {
            throw new AssemblyRefusedException(
                    "the JVM at " + java + " wrote no AOT cache; assemble with --no-aot");
        }
        return new Assembled.Cache(size(cache), Duration.ofNanos(clock.nanoTime() - begun));
    }

    private static Lock lock(
            Choice choice, Order order, Path root, NavigableMap<String, Library> libraries) {
        NavigableMap<String, String> facts = new TreeMap<>();
        facts.put("aot", String.valueOf(order.aot()));
        facts.put("jdk", Runtime.version().toString());
        facts.put("mortise", version(libraries.get(Home.MAIN)));
        facts.put("runtime", String.valueOf(order.runtime()));
        facts.put("spi", version(libraries.get("mortise.spi")));
        Map<String, ModuleDescriptor> modules = new TreeMap<>();
        libraries
                .values()
                .forEach(library -> modules.put("lib/" + fileName(library), library.module()));
        NavigableMap<String, Lock.Entry> files = new TreeMap<>();
        for (Path path : Tree.paths(root)) {
            String name = Tree.relative(root, path);
            if (Tree.isFile(path) && !name.equals(Lock.NAME)) {
                ModuleDescriptor module = modules.get(name);
                files.put(
                        name,
                        Lock.Entry.of(
                                path,
                                module == null ? "" : module.name(),
                                module == null ? "" : module.rawVersion().orElse("")));
            }
        }
        return new Lock(facts, List.copyOf(choice.names()), files);
    }

    private static String version(@Nullable Library library) {
        return library == null ? "unknown" : library.module().rawVersion().orElse("development");
    }

    private static String fileName(Library library) {
        return library.file().getFileName().toString();
    }

    private static Assembled assembled(Choice choice, Path root, Optional<Assembled.Cache> cache) {
        Collection<Path> files = Tree.paths(root).stream().filter(Files::isRegularFile).toList();
        long bytes = 0;
        for (Path file : files) {
            bytes += size(file);
        }
        int jars =
                (int)
                        files.stream()
                                .filter(file -> file.toString().endsWith(".jar"))
                                .filter(file -> !file.startsWith(root.resolve("runtime")))
                                .count();
        return new Assembled(root, List.copyOf(new TreeSet<>(choice.names())), jars, bytes, cache);
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException failure) {
            throw new UncheckedIOException("reading " + file, failure);
        }
    }

    /** Makes sure that a directory is there and empty; says whether it had to be made. */
    private static boolean requireEmpty(Path target) {
        try {
            if (!Files.exists(target)) {
                Files.createDirectories(target);
                return true;
            }
            if (!Files.isDirectory(target)) {
                throw new AssemblyRefusedException(
                        target + " is a file; name a directory with --to");
            }
            try (Stream<Path> found = Files.list(target)) {
                found.findFirst()
                        .ifPresent(path -> {
                            throw new AssemblyRefusedException(
                                    target
                                            + " is not empty (it has "
                                            + path.getFileName()
                                            + "); it was left as it is; name an empty directory with --to");
                        });
            }
            return false;
        } catch (IOException failure) {
            throw new AssemblyRefusedException(
                    target
                            + " cannot be used: "
                            + failure
                            + "; name a directory that this user may write with --to",
                    failure);
        }
    }

    private static void clear(Path target, boolean made) {
        Tree.remove(target);
        if (!made) {
            try {
                Files.createDirectories(target);
            } catch (IOException failure) {
                throw new UncheckedIOException("making " + target, failure);
            }
        }
    }
}
