package mortise.consensus.raft;

import mortise.spi.Provider;
import mortise.spi.consensus.ConsensusProvider;
import mortise.tck.plugin.PluginContract;

/** What every plugin owes its broker. */
class RaftPluginTest implements PluginContract {
    @Override
    public Provider<?> provider() {
        return new RaftProvider();
    }

    @Override
    public Class<? extends Provider<?>> service() {
        return ConsensusProvider.class;
    }

    @Override
    public String kind() {
        return "consensus";
    }
}
