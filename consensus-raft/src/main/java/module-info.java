import org.jspecify.annotations.NullMarked;

/** The metadata quorum inside the brokers: Raft with a durable log and snapshots. */
@NullMarked
module mortise.consensus.raft {
    requires mortise.spi;

    provides mortise.spi.consensus.ConsensusProvider with
            mortise.consensus.raft.RaftProvider;
}
