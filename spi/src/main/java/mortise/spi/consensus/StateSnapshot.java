package mortise.spi.consensus;

import java.util.List;

/**
 * The state of a {@link QuorumListener} as of an entry.
 *
 * @param index the last entry whose effect it has
 * @param epoch the epoch of that entry
 * @param records what rebuilds the state; they belong to the quorum from now on
 */
public record StateSnapshot(long index, int epoch, List<byte[]> records) {
    public StateSnapshot {
        records = List.copyOf(records);
    }
}
