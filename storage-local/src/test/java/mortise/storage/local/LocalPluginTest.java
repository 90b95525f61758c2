package mortise.storage.local;

import mortise.spi.Provider;
import mortise.spi.storage.StorageProvider;
import mortise.tck.plugin.PluginContract;

/** What every plugin owes its broker. */
class LocalPluginTest implements PluginContract {
    @Override
    public Provider<?> provider() {
        return new LocalStorageProvider();
    }

    @Override
    public Class<? extends Provider<?>> service() {
        return StorageProvider.class;
    }

    @Override
    public String kind() {
        return "storage";
    }
}
