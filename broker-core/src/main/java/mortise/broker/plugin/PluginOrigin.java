package mortise.broker.plugin;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import mortise.broker.plugin.folder.PluginFolder;
import mortise.broker.plugin.folder.SpiVersion;

/**
 * Where a plugin came from.
 *
 * @param place for people: {@code built in}, {@code plugins/NAME} or {@code handed in}
 * @param version the plugin's version, if its module or jar says so
 * @param spiVersion the version of the service interfaces that it was compiled against, if known
 * @param loader the loader of its classes if they are kept apart from the broker's; else nothing
 */
public record PluginOrigin(
        String place,
        Optional<String> version,
        Optional<String> spiVersion,
        Optional<ClassLoader> loader) {
    private static final String BUILT_IN = "built in";

    /** A plugin of the broker's own layer or class path. */
    static PluginOrigin builtIn(Class<?> provider) {
        return of(BUILT_IN, provider);
    }

    /** An instance that an embedding program handed in. */
    static PluginOrigin handedIn(Class<?> provider) {
        return of("handed in", provider);
    }

    private static PluginOrigin of(String place, Class<?> provider) {
        return new PluginOrigin(
                place, version(provider), compiledAgainst(provider), Optional.empty());
    }

    /** A plugin of a folder. */
    static PluginOrigin folder(PluginFolder folder, Class<?> provider) {
        return new PluginOrigin(
                "plugins/" + folder.name(),
                version(provider),
                folder.spiVersion(),
                Optional.of(provider.getClassLoader()));
    }

    private static Optional<String> version(Class<?> provider) {
        ModuleDescriptor descriptor = provider.getModule().getDescriptor();
        return descriptor == null
                ? Optional.ofNullable(provider.getPackage().getImplementationVersion())
                : descriptor.rawVersion();
    }

    private static Optional<String> compiledAgainst(Class<?> provider) {
        return Optional.ofNullable(provider.getModule().getDescriptor())
                .flatMap(SpiVersion::compiledAgainst);
    }

    /** Whether it came from a folder of plugins. */
    public boolean isFolder() {
        return loader.isPresent();
    }

    /** Whether it came with the broker. */
    public boolean isBuiltIn() {
        return place.equals(BUILT_IN);
    }
}
