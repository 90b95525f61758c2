package mortise.consensus.raft;

import java.util.Map;
import mortise.spi.consensus.ConsensusProvider;
import mortise.tck.consensus.ConsensusContract;
import mortise.tck.consensus.ConsensusCrashContract;

/** The quorum keeps what every consensus plugin promises, also through crashes and damage. */
class RaftContractTest implements ConsensusContract, ConsensusCrashContract {
    @Override
    public ConsensusProvider provider() {
        return new RaftProvider();
    }

    @Override
    public Map<String, String> frequentSnapshots() {
        return Map.of(
                "consensus.raft.segment-bytes", "1KiB", "consensus.raft.snapshot-entries", "100");
    }
}
