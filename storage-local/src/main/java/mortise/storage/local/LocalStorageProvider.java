package mortise.storage.local;

import java.util.Set;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.Capability;
import mortise.spi.PluginContext;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.StorageProvider;

/** The storage named {@code local}: Kafka-format segment files in directories of this machine. */
public final class LocalStorageProvider implements StorageProvider {
    /** A provider for the service loader. */
    public LocalStorageProvider() {}

    @Override
    public String name() {
        return "local";
    }

    @Override
    public ConfigSchema config() {
        return LocalSettings.SCHEMA;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(
                Capability.DURABLE,
                Capability.SIDECARS,
                Capability.RETENTION,
                Capability.COMPACTION,
                Capability.TRANSACTIONS);
    }

    @Override
    public LogStore create(Config config, PluginContext context) {
        return new LocalLogStore(config, context);
    }
}
