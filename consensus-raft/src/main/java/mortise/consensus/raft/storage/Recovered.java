package mortise.consensus.raft.storage;

import java.util.List;
import java.util.Optional;
import mortise.consensus.raft.core.Ballot;

/**
 * What a member finds of itself when it starts. All of it is durable.
 *
 * @param ballot the newest term and the vote in it
 * @param voters who votes
 * @param snapshot the newest that can be read
 * @param lastIndex the last entry of the log, or the snapshot's if the log is empty; 0 at first
 * @param lastTerm that entry's term; 0 at first
 */
public record Recovered(
        Ballot ballot,
        List<Integer> voters,
        Optional<Snapshot> snapshot,
        long lastIndex,
        int lastTerm) {
    public Recovered {
        voters = List.copyOf(voters);
    }
}
