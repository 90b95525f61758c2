package mortise.consensus.raft.core;

import java.util.List;
import mortise.consensus.raft.core.RaftInput.BallotStored;
import mortise.consensus.raft.core.RaftInput.NotStored;
import mortise.consensus.raft.core.RaftInput.Proposed;
import mortise.consensus.raft.core.RaftInput.Started;
import mortise.consensus.raft.core.RaftInput.Stored;
import mortise.consensus.raft.core.RaftOutput.Append;
import mortise.consensus.raft.core.RaftOutput.Commit;
import mortise.consensus.raft.core.RaftOutput.Lead;
import mortise.consensus.raft.core.RaftOutput.Refuse;
import mortise.consensus.raft.core.RaftOutput.StoreBallot;

/**
 * The decisions of the quorum's only voter: its term and vote, its role, the end of its log and
 * what of it is committed. A majority of one voter is the voter itself, so its stored vote elects
 * it and its stored entries are committed.
 *
 * <p>Entries of earlier terms are committed as soon as it leads: every one of them is on a
 * majority, and no other voter can have a log without them.
 *
 * <p>Confined to its member.
 */
public final class RaftCore {
    private enum Role {
        FOLLOWER,
        CANDIDATE,
        LEADER
    }

    private final int self;
    private Ballot ballot;
    private Role role = Role.FOLLOWER;
    private long lastIndex;
    private long committedIndex;

    /**
     * A member as it was stored.
     *
     * @param self its node
     * @param ballot the stored ballot
     * @param snapshotIndex the last entry that a snapshot stands for; 0 without one
     * @param lastIndex the last entry of the stored log
     */
    public RaftCore(int self, Ballot ballot, long snapshotIndex, long lastIndex) {
        if (snapshotIndex > lastIndex) {
            throw new IllegalArgumentException(
                    "a log that ends at " + lastIndex + " has no snapshot of " + snapshotIndex);
        }
        this.self = self;
        this.ballot = ballot;
        this.lastIndex = lastIndex;
        this.committedIndex = snapshotIndex;
    }

    /** Takes one input and says what follows from it. */
    public List<RaftOutput> step(RaftInput input) {
        return switch (input) {
            case Started started -> standForElection();
            case BallotStored stored -> winElection(stored.ballot());
            case Proposed proposed -> propose(proposed);
            case Stored stored -> commit(stored.lastIndex());
            case NotStored failed -> takeBack(failed.firstIndex());
        };
    }

    private List<RaftOutput> standForElection() {
        require(role == Role.FOLLOWER, "is started twice");
        require(ballot.term() < Integer.MAX_VALUE, "has used up all terms");
        ballot = new Ballot(ballot.term() + 1, self);
        role = Role.CANDIDATE;
        return List.of(new StoreBallot(ballot));
    }

    private List<RaftOutput> winElection(Ballot stored) {
        require(role == Role.CANDIDATE && stored.equals(ballot), "did not ask for " + stored);
        role = Role.LEADER;
        committedIndex = lastIndex;
        return List.of(new Commit(committedIndex), new Lead(ballot.term()));
    }

    private List<RaftOutput> propose(Proposed proposed) {
        if (role != Role.LEADER) {
            return List.of(new Refuse("node " + self + " does not lead the quorum"));
        }
        if (proposed.epoch() != ballot.term()) {
            return List.of(
                    new Refuse(
                            "proposed in epoch "
                                    + proposed.epoch()
                                    + ", but node "
                                    + self
                                    + " leads in epoch "
                                    + ballot.term()));
        }
        lastIndex++;
        return List.of(new Append(new Entry(lastIndex, ballot.term(), proposed.records())));
    }

    private List<RaftOutput> commit(long stored) {
        require(
                role == Role.LEADER && stored > committedIndex && stored <= lastIndex,
                "did not append up to " + stored);
        committedIndex = stored;
        return List.of(new Commit(committedIndex));
    }

    private List<RaftOutput> takeBack(long firstIndex) {
        require(
                firstIndex > committedIndex && firstIndex <= lastIndex,
                "cannot take back entries from " + firstIndex);
        lastIndex = firstIndex - 1;
        return List.of();
    }

    private void require(boolean condition, String violation) {
        if (!condition) {
            throw new IllegalStateException(this + " " + violation);
        }
    }

    @Override
    public String toString() {
        return "node "
                + self
                + " ("
                + role
                + ", "
                + ballot
                + ", log to "
                + lastIndex
                + ", committed to "
                + committedIndex
                + ")";
    }
}
