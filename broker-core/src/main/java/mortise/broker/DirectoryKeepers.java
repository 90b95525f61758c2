package mortise.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import mortise.broker.config.BrokerSettings;
import mortise.broker.plugin.FoundPlugin;
import mortise.broker.plugin.PluginKind;
import mortise.broker.runtime.DataDirectory;
import mortise.broker.runtime.DirectoryRecord;
import mortise.broker.runtime.RefusedDirectoryException;
import mortise.spi.Provider;
import org.jspecify.annotations.Nullable;

/**
 * Whether a broker's plugins are those that keep its data directory, and whether it protects what
 * the last start on it did. A storage that finds nothing of its own would show every topic empty
 * and count its offsets from 0 again.
 */
final class DirectoryKeepers {
    private final Assembly assembly;
    private final Path directory;

    DirectoryKeepers(Assembly assembly, Path directory) {
        this.assembly = assembly;
        this.directory = directory;
    }

    /**
     * Looks at the directory that a configuration names, whether or not anything would be kept
     * there. Changes nothing.
     *
     * @throws RefusedDirectoryException if other plugins keep it
     * @throws mortise.api.config.ConfigException if the last start on it protected more
     */
    static void examine(Assembly assembly) {
        Path directory = assembly.config().get(BrokerSettings.DATA_DIRECTORY);
        boolean meant = assembly.usesDataDirectory() || assembly.continuity().dataDirectoryNamed();
        if (meant && Files.exists(directory.resolve(DataDirectory.IDENTITY))) {
            DirectoryKeepers keepers = new DirectoryKeepers(assembly, directory);
            keepers.refuseLoosening(keepers.accepted());
        }
    }

    /**
     * What the directory is to remember from now on.
     *
     * @throws RefusedDirectoryException if other plugins keep it
     */
    DirectoryRecord accepted() {
        DirectoryRecord kept = DirectoryRecord.read(directory).orElseGet(this::adopted);
        String storage = keeper(assembly.storage(), kept.storage());
        String consensus = keeper(assembly.consensus(), kept.consensus());
        return new DirectoryRecord(storage, consensus, kept.lastStart());
    }

    /**
     * Compares this broker's protection with that of the last start.
     *
     * @throws mortise.api.config.ConfigException if that protected more
     */
    void refuseLoosening(DirectoryRecord kept) {
        try {
            assembly.continuity()
                    .refuseLoosening(
                            Protection.remembered(kept.lastStart()),
                            "the last start on " + directory);
        } catch (NumberFormatException edited) {
            throw new RefusedDirectoryException(
                    directory.resolve(DirectoryRecord.FILE)
                            + " is damaged: "
                            + edited.getMessage()
                            + "; restore it, or remove it and start with the plugins that keep this directory",
                    edited);
        }
    }

    /** What a new directory is to remember. */
    DirectoryRecord formatted() {
        return new DirectoryRecord(
                keeper(assembly.storage(), null), keeper(assembly.consensus(), null), Map.of());
    }

    private @Nullable String keeper(
            FoundPlugin<? extends Provider<?>> plugin, @Nullable String before) {
        String now = assembly.usesDataDirectory(plugin) ? plugin.name() : null;
        if (before != null && !before.equals(now)) {
            String key = "plugins." + plugin.kind();
            throw new RefusedDirectoryException(
                    "data directory "
                            + directory
                            + " is kept by the "
                            + plugin.kind()
                            + " plugin '"
                            + before
                            + "', and this broker "
                            + (plugin.name().equals(before)
                                    ? "has it keep nothing there"
                                    : "has '" + plugin.name() + "'")
                            + (plugin.kind().equals(PluginKind.STORAGE)
                                    ? ", to which its topics would be empty"
                                    : ", which would know none of its topics")
                            + "; "
                            + (plugin.name().equals(before)
                                    ? "have it keep its files on disk"
                                    : "set " + key + " to " + before)
                            + ", or name another directory with --data");
        }
        return before != null ? before : now;
    }

    /**
     * What a directory of a version that remembered nothing shows: each plugin has a subdirectory
     * of its own name from its first start on.
     */
    private DirectoryRecord adopted() {
        List<Path> found = subdirectories();
        String storage = adopted(assembly.storage(), found);
        String consensus = adopted(assembly.consensus(), found);
        if (storage == null) {
            refuseUnknown(found);
        }
        return new DirectoryRecord(storage, consensus, Map.of());
    }

    private @Nullable String adopted(FoundPlugin<?> chosen, List<Path> found) {
        Set<String> known = installed(chosen.kind());
        List<Path> own = found.stream().filter(path -> known.contains(name(path))).toList();
        List<Path> full = own.stream().filter(path -> !isEmpty(path)).toList();
        List<String> keepers =
                (full.isEmpty() ? own : full).stream().map(DirectoryKeepers::name).toList();
        return keepers.contains(chosen.name())
                ? chosen.name()
                : keepers.stream().findFirst().orElse(null);
    }

    private void refuseUnknown(List<Path> found) {
        List<String> known =
                assembly.continuity().installed().values().stream()
                        .flatMap(Collection::stream)
                        .toList();
        found.stream()
                .filter(path -> !known.contains(name(path)) && !isEmpty(path))
                .map(DirectoryKeepers::name)
                .findFirst()
                .ifPresent(name -> {
                    throw new RefusedDirectoryException(
                            "data directory "
                                    + directory
                                    + " has files of '"
                                    + name
                                    + "', and this broker has no plugin of that name; start with the broker that made it, or name another directory with --data");
                });
    }

    private Set<String> installed(PluginKind<?> kind) {
        return Objects.requireNonNullElse(
                assembly.continuity().installed().get(kind.name()), Set.of());
    }

    private List<Path> subdirectories() {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(Files::isDirectory)
                    .filter(path -> !name(path).equals("lost+found"))
                    .sorted()
                    .toList();
        } catch (IOException failure) {
            throw unreadable(directory, failure);
        }
    }

    private static boolean isEmpty(Path path) {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.findFirst().isEmpty();
        } catch (IOException failure) {
            throw unreadable(path, failure);
        }
    }

    private static RefusedDirectoryException unreadable(Path path, IOException failure) {
        return new RefusedDirectoryException(
                path + " cannot be read: " + failure + "; let this user read it", failure);
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }
}
