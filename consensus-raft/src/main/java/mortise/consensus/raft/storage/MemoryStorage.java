package mortise.consensus.raft.storage;

import java.util.List;
import java.util.Optional;
import mortise.consensus.raft.core.Ballot;
import mortise.consensus.raft.core.Entry;

/**
 * Storage of a broker that forgets everything when it stops. The only voter has nobody to send
 * entries to, and its listener has heard them: so it keeps none.
 *
 * <p>Confined to the quorum's thread.
 */
public final class MemoryStorage implements RaftStorage {
    private final int nodeId;

    public MemoryStorage(int nodeId) {
        this.nodeId = nodeId;
    }

    @Override
    public Recovered open() {
        return new Recovered(Ballot.BLANK, List.of(nodeId), Optional.empty(), 0, 0);
    }

    @Override
    public void store(Ballot ballot) {}

    @Override
    public void append(List<Entry> entries) {}

    @Override
    public void replay(long afterIndex, long upTo, EntryVisitor visitor) {
        if (upTo > afterIndex) {
            throw new IllegalStateException(
                    "entries " + (afterIndex + 1) + " to " + upTo + " were kept in memory only");
        }
    }

    @Override
    public LogGrowth growth() {
        return LogGrowth.NONE;
    }

    @Override
    public void resetGrowth() {}

    @Override
    public long keep(Snapshot snapshot) {
        return 0;
    }

    @Override
    public void dropThrough(long index) {}

    @Override
    public void idle() {}

    @Override
    public void close() {}
}
