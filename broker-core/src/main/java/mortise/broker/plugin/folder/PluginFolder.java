package mortise.broker.plugin.folder;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolutionException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import mortise.api.PermittedApi;
import mortise.spi.Provider;
import org.jspecify.annotations.Nullable;

/**
 * A folder of jars that was loaded as a module layer of its own, with a class loader of its own
 * whose parent is the platform's: its libraries are its own, in its own versions.
 *
 * @param name the folder's name
 * @param path where it lies
 * @param layer its modules
 * @param spiVersion the version of the service interfaces that it was compiled against, if its
 *     descriptor says so
 * @param problems what of it could not be loaded although the rest was
 */
public record PluginFolder(
        String name,
        Path path,
        ModuleLayer layer,
        Optional<String> spiVersion,
        List<String> problems) {
    /** The name of the {@link #index index} in a folder. */
    public static final String INDEX = FolderIndex.NAME;

    /** The modules that only Mortise's plugins require, and that move together. */
    private static final Set<String> SERVICE_MODULES =
            Set.of("mortise.spi", "mortise.api", "mortise.record");

    /**
     * Loads a folder on top of the broker's own layer.
     *
     * @throws RefusedFolderException if it cannot be loaded, saying why; the folder is not named
     */
    public static PluginFolder load(String name, Path path) {
        ModuleLayer parent = PluginFolder.class.getModule().getLayer();
        if (parent == null) {
            throw new RefusedFolderException(
                    "plugin folders need a broker that runs on the module path; put the plugin's"
                            + " jars on the class path beside the broker's instead");
        }
        return load(name, path, parent);
    }

    /**
     * Loads a folder on top of this layer: by its index if that holds, else by listing its jars.
     */
    static PluginFolder load(String name, Path path, ModuleLayer parent) {
        List<Path> files = FolderJars.files(path);
        List<String> problems = new ArrayList<>();
        try {
            List<LibraryJar> indexed = FolderIndex.read(path, files);
            if (indexed != null) {
                return of(name, path, FolderModules.of(name, indexed, parent), parent, problems);
            }
        } catch (UnfitIndexException | RuntimeException unfit) {
            // whatever is wrong with the folder is then said about the jars themselves
            problems.add(
                    FolderIndex.NAME
                            + " is not used, the jars were listed instead: "
                            + unfit.getMessage()
                            + "; delete it, or assemble the broker anew");
        }
        List<LibraryJar> listed = FolderJars.read(files);
        return of(name, path, FolderModules.of(name, listed, parent), parent, problems);
    }

    private static PluginFolder of(
            String name,
            Path path,
            FolderModules modules,
            ModuleLayer parent,
            List<String> problems) {
        for (ModuleDescriptor descriptor : modules.explicit()) {
            checkVersion(descriptor);
        }
        modules.confine(parent);
        ModuleLayer layer = define(modules, parent);
        Optional<String> compiled =
                modules.explicit().stream()
                        .flatMap(descriptor -> SpiVersion.compiledAgainst(descriptor).stream())
                        .findFirst();
        problems.addAll(modules.problems());
        return new PluginFolder(name, path, layer, compiled, problems);
    }

    /**
     * The text of an index that spares a start listing the folder's jars, to be written into it as
     * {@link #INDEX}; none if there can be none.
     */
    public static Optional<String> index(Path path) {
        try {
            return Optional.of(FolderIndex.text(FolderJars.read(FolderJars.files(path))));
        } catch (IOException | RefusedFolderException unreadable) {
            return Optional.empty();
        }
    }

    /** The version of the service interfaces of this broker, if it runs on the module path. */
    static @Nullable String runningVersion() {
        ModuleDescriptor spi = Provider.class.getModule().getDescriptor();
        return spi == null ? null : spi.rawVersion().orElse(null);
    }

    private static void checkVersion(ModuleDescriptor descriptor) {
        String running = runningVersion();
        if (running == null) {
            return;
        }
        for (String module : SERVICE_MODULES) {
            String compiled = SpiVersion.compiledAgainst(descriptor, module).orElse(null);
            if (compiled == null) {
                continue;
            }
            SpiVersion wanted = SpiVersion.parse(compiled).orElse(null);
            SpiVersion offered = SpiVersion.parse(running).orElseThrow();
            String misfit = wanted == null ? "which is no version of it" : offered.misfit(wanted);
            if (misfit != null) {
                throw new RefusedFolderException(
                        "module "
                                + descriptor.toNameAndVersion()
                                + " was compiled against "
                                + module
                                + " "
                                + compiled
                                + ", this broker has "
                                + running
                                + ": "
                                + misfit);
            }
        }
    }

    private static ModuleLayer define(FolderModules modules, ModuleLayer parent) {
        try {
            Configuration configuration =
                    parent.configuration()
                            .resolve(modules.finder(), ModuleFinder.of(), modules.names());
            ModuleLayer.Controller controller =
                    ModuleLayer.defineModulesWithOneLoader(
                            configuration, List.of(parent), ClassLoader.getPlatformClassLoader());
            ModuleLayer layer = controller.layer();
            connect(controller, layer, modules.library());
            layer.modules().forEach(module -> allowNative(controller, module));
            return layer;
        } catch (FindException | ResolutionException | LayerInstantiationException unresolved) {
            throw new RefusedFolderException(
                    "its modules do not resolve: "
                            + unresolved.getMessage()
                            + "; remove or replace the jar that does not fit the others",
                    unresolved);
        }
    }

    /** Lets the libraries see the modules beside them, as they would on a class path. */
    private static void connect(
            ModuleLayer.Controller controller, ModuleLayer layer, @Nullable String libraryName) {
        if (libraryName == null) {
            return;
        }
        Module library = layer.findModule(libraryName).orElseThrow();
        for (Module module : layer.modules()) {
            if (!module.equals(library)) {
                controller.addReads(library, module);
            }
        }
    }

    @SuppressWarnings("restricted")
    @PermittedApi("libraries of a plugin may be native; the operator put the folder there")
    private static void allowNative(ModuleLayer.Controller controller, Module module) {
        controller.enableNativeAccess(module);
    }
}
