package mortise.dist;

import java.lang.module.ModuleDescriptor.Provides;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import mortise.broker.BrokerBuilder;
import mortise.spi.Provider;

/**
 * The plugins of the home that the build lays out, made by the names in their module descriptors:
 * tests run on the class path, where no service loader reads those.
 */
final class InstalledPlugins {
    private InstalledPlugins() {}

    /** A builder that knows them. */
    static BrokerBuilder builder() {
        BrokerBuilder builder = new BrokerBuilder();
        for (ModuleReference module :
                ModuleFinder.of(BrokerProcess.HOME.resolve("lib")).findAll()) {
            module.descriptor().provides().stream()
                    .filter(provided -> provided.service().startsWith("mortise.spi."))
                    .map(Provides::providers)
                    .forEach(names -> names.forEach(name -> builder.plugin(made(name))));
        }
        return builder;
    }

    private static Provider<?> made(String name) {
        try {
            return Class.forName(name)
                    .asSubclass(Provider.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException failure) {
            throw new LinkageError("making " + name, failure);
        }
    }
}
