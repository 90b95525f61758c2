package mortise.tck.storage;

import java.util.Set;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.Capability;
import mortise.spi.PluginContext;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.StorageProvider;

/** The contract keeps to the contract: it runs through the wrapper that checks the callers. */
class CheckedJournalStoreTest implements StorageContract {
    @Override
    public StorageProvider provider() {
        return new Checking(JournalStore.with());
    }

    /** A provider whose stores are checked. */
    private record Checking(StorageProvider inner) implements StorageProvider {
        @Override
        public String name() {
            return inner.name();
        }

        @Override
        public ConfigSchema config() {
            return inner.config();
        }

        @Override
        public Set<Capability> capabilities() {
            return inner.capabilities();
        }

        @Override
        public LogStore create(Config config, PluginContext context) {
            return ThreadCheckingLogStore.over(FaultyLogStore.over(inner.create(config, context)));
        }
    }
}
