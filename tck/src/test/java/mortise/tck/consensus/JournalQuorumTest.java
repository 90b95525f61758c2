package mortise.tck.consensus;

import mortise.spi.consensus.ConsensusProvider;

/** The kit holds for the kit's own quorum. */
class JournalQuorumTest implements ConsensusContract, ConsensusCrashContract {
    @Override
    public ConsensusProvider provider() {
        return JournalQuorum.with();
    }
}
