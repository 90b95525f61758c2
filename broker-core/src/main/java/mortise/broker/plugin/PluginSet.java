package mortise.broker.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import mortise.api.Causes;
import mortise.api.config.ConfigKey;
import mortise.broker.plugin.folder.FolderJars;
import mortise.broker.plugin.folder.PluginFolder;
import mortise.broker.plugin.folder.RefusedFolderException;
import mortise.record.Codec;
import mortise.record.CompressionType;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a broker can be assembled from: plugins of its own layer, of plugin folders, and
 * instances handed in. One that cannot be used is kept aside with the reason and hinders no other.
 *
 * <p>Confined to the thread that assembles a broker; what it hands out is immutable.
 */
public final class PluginSet {
    /** The name of the index in a plugin folder. */
    public static final String FOLDER_INDEX = PluginFolder.INDEX;

    /** How long a plugin's constructor and its name may take. */
    static final Duration LOAD_LIMIT = Duration.ofSeconds(10);

    /** What a configuration says where it wants no plugin. */
    private static final String NONE = "none";

    private final Map<PluginKind<?>, List<FoundPlugin<?>>> found = new LinkedHashMap<>();
    private final Map<PluginKind<?>, List<FoundPlugin<?>>> handedIn = new LinkedHashMap<>();
    private final List<RefusedPlugin> refused = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Duration loadLimit;

    private PluginSet(Duration loadLimit) {
        this.loadLimit = loadLimit;
    }

    /**
     * Finds the plugins of the broker's own layer (or class path), and of each folder in a
     * directory.
     *
     * @param directory where plugin folders are; null or missing means that there are none
     */
    public static PluginSet discover(@Nullable Path directory) {
        return discover(directory, LOAD_LIMIT);
    }

    static PluginSet discover(@Nullable Path directory, Duration loadLimit) {
        PluginSet set = new PluginSet(loadLimit);
        for (PluginKind<?> kind : PluginKind.ALL) {
            set.addBuiltIn(kind);
        }
        if (directory != null) {
            for (Path folder : set.foldersIn(directory)) {
                set.addFolder(folder);
            }
        }
        return set;
    }

    /** The plugins of one folder, and of the broker's own layer, with which they may clash. */
    public static PluginSet ofFolder(Path folder) {
        PluginSet set = discover(null);
        set.addFolder(folder.toAbsolutePath().normalize());
        return set;
    }

    /** The text of a folder's index; none if it can have none. */
    public static Optional<String> indexFolder(Path folder) {
        return PluginFolder.index(folder);
    }

    private <P> void addBuiltIn(PluginKind<P> kind) {
        addAll(kind, ServiceLoader.load(kind.service()).stream(), null);
    }

    private List<Path> foldersIn(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            List<Path> all = entries.sorted().toList();
            for (Path entry : all) {
                if (FolderJars.isJar(entry)) {
                    refuse(
                            "plugins/" + entry.getFileName(),
                            "",
                            "a jar beside the plugin folders is not looked at; put it into a folder"
                                    + " of its own");
                }
            }
            return all.stream().filter(Files::isDirectory).toList();
        } catch (IOException unreadable) {
            refuse(
                    directory.toString(),
                    "",
                    "the directory cannot be read: " + Causes.line(unreadable));
            return List.of();
        }
    }

    private void addFolder(Path path) {
        String name = String.valueOf(path.getFileName());
        String place = "plugins/" + name;
        PluginFolder folder;
        try {
            folder = PluginFolder.load(name, path);
        } catch (RefusedFolderException misfit) {
            refuse(place, name, String.valueOf(misfit.getMessage()));
            return;
        } catch (RuntimeException | LinkageError failure) {
            refuse(place, name, "it cannot be loaded: " + Causes.line(failure));
            return;
        }
        folder.problems().forEach(problem -> problems.add(place + ": " + problem));
        int before = count();
        int refusedBefore = refused.size();
        for (PluginKind<?> kind : PluginKind.ALL) {
            addFrom(kind, folder);
        }
        if (count() == before && refused.size() == refusedBefore) {
            refuse(
                    place,
                    name,
                    "it provides no plugin of a known kind ("
                            + String.join(
                                    ", ", PluginKind.ALL.stream().map(PluginKind::name).toList())
                            + "); its module must say 'provides …', or its jar META-INF/services");
        }
    }

    private int count() {
        return found.values().stream().mapToInt(List::size).sum();
    }

    private <P> void addFrom(PluginKind<P> kind, PluginFolder folder) {
        // the loader also looks into the layers below: those were looked at before
        Stream<ServiceLoader.Provider<P>> own =
                ServiceLoader.load(folder.layer(), kind.service()).stream()
                        .filter(provider ->
                                folder.layer().equals(provider.type().getModule().getLayer()));
        addAll(kind, own, folder);
    }

    private <P> void addAll(
            PluginKind<P> kind,
            Stream<ServiceLoader.Provider<P>> candidates,
            @Nullable PluginFolder folder) {
        String place = folder == null ? "built in" : "plugins/" + folder.name();
        try {
            candidates.forEach(candidate -> add(kind, candidate, folder, place));
        } catch (ServiceConfigurationError | LinkageError broken) {
            refuse(place, folder == null ? "" : folder.name(), reason(broken));
        }
    }

    private <P> void add(
            PluginKind<P> kind,
            ServiceLoader.Provider<P> candidate,
            @Nullable PluginFolder folder,
            String place) {
        String title = kind + " plugin " + candidate.type().getName();
        try {
            FoundPlugin<P> plugin =
                    GuardedCall.run(
                            title,
                            "its constructor",
                            folder == null ? null : candidate.type().getClassLoader(),
                            loadLimit,
                            () -> {
                                P provider = candidate.get();
                                PluginOrigin origin =
                                        folder == null
                                                ? PluginOrigin.builtIn(provider.getClass())
                                                : PluginOrigin.folder(folder, provider.getClass());
                                return checked(FoundPlugin.of(kind, provider, origin));
                            });
            found.computeIfAbsent(kind, _ -> new ArrayList<>()).add(plugin);
        } catch (Exception | LinkageError | ServiceConfigurationError | AssertionError failure) {
            refuse(
                    place,
                    folder == null ? candidate.type().getName() : folder.name(),
                    failure instanceof RefusedPluginException
                            ? String.valueOf(failure.getMessage())
                            : title + " cannot be made: " + reason(failure));
        }
    }

    private static <P> FoundPlugin<P> checked(FoundPlugin<P> plugin) {
        if (!plugin.name().matches("[a-z][a-z0-9-]{0,63}")) {
            throw new RefusedPluginException(
                    plugin.describe()
                            + " is named '"
                            + plugin.name()
                            + "'; a plugin's name is lower case with digits and dashes, such as"
                            + " 'local'");
        }
        if (plugin.name().equals(NONE)) {
            throw new RefusedPluginException(
                    plugin.describe()
                            + " is named 'none', by which a configuration says that it wants no"
                            + " such plugin; give it another name");
        }
        String prefix = plugin.kind() + "." + plugin.name() + ".";
        plugin.schema().keys().stream()
                .map(ConfigKey::name)
                .filter(key -> !key.startsWith(prefix))
                .findFirst()
                .ifPresent(stray -> {
                    throw new RefusedPluginException(
                            plugin.title()
                                    + " declares the configuration key "
                                    + stray
                                    + "; its keys must begin with "
                                    + prefix);
                });
        if (plugin.provider() instanceof Codec codec) {
            checkCodec(plugin.title(), codec);
        }
        return plugin;
    }

    /** Which codecs there are is the Kafka protocol's to say: clients must open the batches too. */
    private static void checkCodec(String title, Codec codec) {
        CompressionType type = CompressionType.find(codec.id());
        if (type == null || type == CompressionType.NONE) {
            throw new RefusedPluginException(
                    title
                            + " has number "
                            + codec.id()
                            + "; the Kafka protocol defines 1 to 4 (gzip, snappy, lz4, zstd), and a"
                            + " plugin can provide one of these");
        }
        if (!type.label().equals(codec.name())) {
            throw new RefusedPluginException(
                    title
                            + " has number "
                            + codec.id()
                            + ", which the Kafka protocol calls "
                            + type.label()
                            + "; that must be its name");
        }
        Objects.requireNonNull(codec.levels(), "its levels");
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        // a service loader's own error only says that a constructor threw
        while (cause instanceof ServiceConfigurationError && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return Causes.line(cause);
    }

    private void refuse(String place, String name, String reason) {
        refused.add(new RefusedPlugin(place, name, reason));
    }

    /** Adds an instance that no loader needs to find; it takes the place of a found one. */
    public <P> void add(PluginKind<P> kind, P provider) {
        handedIn.computeIfAbsent(kind, _ -> new ArrayList<>())
                .add(FoundPlugin.of(kind, provider, PluginOrigin.handedIn(provider.getClass())));
    }

    /** The plugins of a kind. */
    public <P> PluginCatalog<P> catalog(PluginKind<P> kind) {
        return PluginCatalog.of(kind, of(handedIn, kind), of(found, kind), refused);
    }

    @SuppressWarnings("unchecked") // both maps hold plugins of the kind that is their key
    private static <P> List<FoundPlugin<P>> of(
            Map<PluginKind<?>, List<FoundPlugin<?>>> all, PluginKind<P> kind) {
        return (List<FoundPlugin<P>>) (List<?>) all.getOrDefault(kind, List.of());
    }

    /** Every plugin that can be used, kind by kind. */
    public List<FoundPlugin<?>> usable() {
        List<FoundPlugin<?>> all = new ArrayList<>();
        PluginKind.ALL.forEach(kind -> all.addAll(catalog(kind).all()));
        return all;
    }

    /** Everything that cannot be used, with the reason. */
    public List<RefusedPlugin> refused() {
        List<RefusedPlugin> all = new ArrayList<>();
        PluginKind.ALL.forEach(kind ->
                catalog(kind).refused().stream()
                        .filter(plugin -> !all.contains(plugin))
                        .forEach(all::add));
        return all;
    }

    /** What of folders that can be used cannot be. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /** What a person should know: everything refused, and what of a usable folder is not usable. */
    public List<String> warnings() {
        List<String> all = new ArrayList<>(problems);
        refused().forEach(plugin -> all.add("refused " + plugin));
        return all;
    }
}
