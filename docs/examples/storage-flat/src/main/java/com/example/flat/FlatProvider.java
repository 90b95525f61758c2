package com.example.flat;

import java.util.Set;
import mortise.api.DataSize;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;
import mortise.spi.Capability;
import mortise.spi.PluginContext;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.StorageProvider;

/** The plugin {@code storage-flat}: one file a partition, without segments, sidecars, retention. */
public final class FlatProvider implements StorageProvider {
    private static final ConfigKey<DataSize> MAX_LOG =
            ConfigKey.of(
                            "storage.flat.max-log-bytes",
                            ConfigType.SIZE,
                            "How large the file of one partition may grow; beyond it appends are refused.")
                    .defaultsTo(DataSize.parse("1GiB"))
                    .atLeast(DataSize.parse("64KiB"));

    @Override
    public String name() {
        return "flat";
    }

    @Override
    public ConfigSchema config() {
        return ConfigSchema.of(MAX_LOG);
    }

    /** Only this: what was synced survives. Whatever else a topic needs is refused by name. */
    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.DURABLE);
    }

    @Override
    public LogStore create(Config config, PluginContext context) {
        return new FlatStore(context, config.get(MAX_LOG).bytes());
    }
}
