package mortise.consensus.raft.storage;

import java.util.List;

/**
 * The state as of one entry, which stands for all entries up to it.
 *
 * @param index the entry
 * @param term that entry's term
 * @param voters who voted as of that entry
 * @param records what rebuilds the state; not to be changed
 */
public record Snapshot(long index, int term, List<Integer> voters, List<byte[]> records) {
    public Snapshot {
        voters = List.copyOf(voters);
        records = List.copyOf(records);
    }
}
