package mortise.storage.memory;

import mortise.spi.Provider;
import mortise.spi.storage.StorageProvider;
import mortise.tck.plugin.PluginContract;

/** What every plugin owes its broker. */
class MemoryPluginTest implements PluginContract {
    @Override
    public Provider<?> provider() {
        return new MemoryStorageProvider();
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
