package mortise.dist.assembly;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A directory that holds a broker: its jars in {@code lib}, plugins with libraries of their own in
 * folders of {@code plugins}.
 */
public final class Home {
    /** The module that the command line is. */
    static final String MAIN = "mortise.dist";

    private static final String PREFIX = "mortise-";

    private final Path directory;
    private final NavigableMap<String, Library> libraries;
    private final NavigableMap<String, Path> folders;

    private Home(
            Path directory,
            NavigableMap<String, Library> libraries,
            NavigableMap<String, Path> folders) {
        this.directory = directory;
        this.libraries = libraries;
        this.folders = folders;
    }

    /**
     * Looks at what is there.
     *
     * @throws AssemblyRefusedException if it holds no broker
     */
    public static Home read(Path directory) {
        NavigableMap<String, Library> libraries = new TreeMap<>();
        for (ModuleReference found : ModuleFinder.of(directory.resolve("lib")).findAll()) {
            Path file = Path.of(found.location().orElseThrow());
            libraries.put(
                    found.descriptor().name(),
                    new Library(
                            directory.resolve("lib").resolve(file.getFileName()),
                            found.descriptor()));
        }
        if (!libraries.containsKey(MAIN)) {
            throw new AssemblyRefusedException(
                    directory
                            + " holds no broker to assemble from (its lib has no module "
                            + MAIN
                            + "); run the mortise command of a checkout or of an assembled broker");
        }
        return new Home(directory, libraries, folders(directory.resolve("plugins")));
    }

    private static NavigableMap<String, Path> folders(Path plugins) {
        NavigableMap<String, Path> folders = new TreeMap<>();
        if (Files.isDirectory(plugins)) {
            try (Stream<Path> found = Files.list(plugins)) {
                found.filter(Files::isDirectory)
                        .forEach(folder -> folders.put(folder.getFileName().toString(), folder));
            } catch (IOException failure) {
                throw new UncheckedIOException("listing " + plugins, failure);
            }
        }
        return folders;
    }

    /** Where it is. */
    public Path directory() {
        return directory;
    }

    /** Plugins in folders of their own, by the folder's name. */
    NavigableMap<String, Path> folders() {
        return folders;
    }

    /** The libraries of {@code lib}, by module. */
    NavigableMap<String, Library> libraries() {
        return libraries;
    }

    /**
     * The plugins of {@code lib}: modules that provide a service and that the command line does not
     * need itself. Their name is the artifact's without {@code mortise-}.
     */
    NavigableMap<String, Library> plugins() {
        Set<String> core = closure(Set.of(MAIN));
        NavigableMap<String, Library> plugins = new TreeMap<>();
        libraries.values().stream()
                .filter(library -> library.providesService() && !core.contains(library.name()))
                .forEach(library -> plugins.put(pluginName(library), library));
        return Collections.unmodifiableNavigableMap(plugins);
    }

    /** What a plugin is called when it is chosen: its jar's name without version. */
    private static String pluginName(Library library) {
        String file = String.valueOf(library.file().getFileName());
        String version = library.module().rawVersion().map(text -> "-" + text).orElse("");
        String end = version + ".jar";
        String name =
                file.endsWith(end)
                        ? file.substring(0, file.length() - end.length())
                        : library.name().replace('.', '-');
        return name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
    }

    /** These modules and all of {@code lib} that they require, directly or not. */
    Set<String> closure(Collection<String> roots) {
        Set<String> reached = new HashSet<>();
        Deque<String> todo = new ArrayDeque<>(roots);
        while (!todo.isEmpty()) {
            Library library = libraries.get(todo.pop());
            if (library != null && reached.add(library.name())) {
                todo.addAll(library.required());
            }
        }
        return reached;
    }

    /**
     * The libraries of a broker that has only these plugins of {@code lib}: all but those that only
     * the others need. What nobody requires, such as a native transport, stays.
     */
    NavigableMap<String, Library> librariesWith(Set<String> chosen) {
        Map<String, Library> plugins = plugins();
        Set<String> ofPlugins = new HashSet<>();
        Set<String> kept = new HashSet<>(Set.of(MAIN));
        plugins.forEach((name, library) -> {
            ofPlugins.addAll(closure(Set.of(library.name())));
            if (chosen.contains(name)) {
                kept.add(library.name());
            }
        });
        libraries.keySet().stream()
                .filter(module -> !ofPlugins.contains(module))
                .forEach(kept::add);
        NavigableMap<String, Library> remaining = new TreeMap<>();
        closure(kept).forEach(module -> remaining.put(module, libraries.get(module)));
        return remaining;
    }
}
