package mortise.storage.memory;

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

/** The storage named {@code memory}: partition logs on the heap of the broker. */
public final class MemoryStorageProvider implements StorageProvider {
    private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();

    static final ConfigKey<DataSize> MAX_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "storage.memory.max-bytes",
                                    ConfigType.SIZE,
                                    "How much heap all logs may take together. Beyond it appends are"
                                            + " refused until records are deleted or retention lets some"
                                            + " go; a segment is closed at a thirty-second of it at the"
                                            + " latest, so that there is something to let go.")
                            .defaultsTo(DataSize.ofMebibytes(256))
                            .atLeast(DataSize.ofKibibytes(64)));

    private static final ConfigSchema SCHEMA = KEYS.build();

    /** A provider for the service loader. */
    public MemoryStorageProvider() {}

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public ConfigSchema config() {
        return SCHEMA;
    }

    /** Sidecars, retention and compaction; nothing survives the store, so it is not durable. */
    @Override
    public Set<Capability> capabilities() {
        return Set.of(
                Capability.SIDECARS,
                Capability.RETENTION,
                Capability.COMPACTION,
                Capability.TRANSACTIONS);
    }

    @Override
    public boolean usesDataDirectory(Config config) {
        return false;
    }

    @Override
    public LogStore create(Config config, PluginContext context) {
        return new MemoryLogStore(config.get(MAX_BYTES).bytes(), context);
    }
}
