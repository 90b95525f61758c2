package mortise.spi.consensus;

import mortise.spi.Provider;

/** A source of metadata quorums, chosen with {@code plugins.consensus}. */
public interface ConsensusProvider extends Provider<MetadataQuorum> {}
