package mortise.tck.consensus;

import java.util.Map;
import mortise.spi.consensus.ConsensusProvider;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;

/** What the contracts need to know of a consensus plugin. */
public interface QuorumUnderTest {
    /** The plugin; asked for once per start of a member. */
    ConsensusProvider provider();

    /** What its configuration sets; nothing unless overridden. */
    default Map<String, String> settings() {
        return Map.of();
    }

    /**
     * A configuration under which a snapshot is taken every hundred entries or so; the tests of
     * snapshots are skipped if none is taken within a few thousand.
     */
    default Map<String, String> frequentSnapshots() {
        return settings();
    }

    /** Whether a member that is started again on the same place knows what was committed. */
    default boolean remembers() {
        return true;
    }

    /** Where a test runs: node 5 on a fresh simulated disk, unless overridden. */
    default SimContext context() {
        return SimContext.on(SimDisk.create(1), 1).withNodeId(5);
    }
}
