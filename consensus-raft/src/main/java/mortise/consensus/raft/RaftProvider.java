package mortise.consensus.raft;

import java.util.Set;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.consensus.raft.disk.DiskStorage;
import mortise.consensus.raft.storage.MemoryStorage;
import mortise.consensus.raft.storage.RaftStorage;
import mortise.spi.Capability;
import mortise.spi.PluginContext;
import mortise.spi.consensus.ConsensusProvider;
import mortise.spi.consensus.MetadataQuorum;

/** The quorum inside the brokers, chosen with {@code plugins.consensus: raft}. */
public final class RaftProvider implements ConsensusProvider {
    /** For {@link java.util.ServiceLoader}. */
    public RaftProvider() {}

    @Override
    public String name() {
        return "raft";
    }

    @Override
    public ConfigSchema config() {
        return RaftSettings.SCHEMA;
    }

    @Override
    public boolean usesDataDirectory(Config config) {
        return config.get(RaftSettings.STORAGE) == StorageMode.DISK;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.DURABLE);
    }

    /** In memory the log is gone with the process. */
    @Override
    public Set<Capability> capabilities(Config config) {
        return config.get(RaftSettings.STORAGE) == StorageMode.DISK ? capabilities() : Set.of();
    }

    @Override
    public MetadataQuorum create(Config config, PluginContext context) {
        RaftSettings.check(config);
        return new RaftQuorum(config, context, storage(config, context));
    }

    private static RaftStorage storage(Config config, PluginContext context) {
        return switch (config.get(RaftSettings.STORAGE)) {
            case DISK ->
                    new DiskStorage(
                            context.dataDirectory(),
                            context.nodeId(),
                            config.get(RaftSettings.SEGMENT_BYTES).bytes(),
                            context.logger());
            case MEMORY -> new MemoryStorage(context.nodeId());
        };
    }
}
