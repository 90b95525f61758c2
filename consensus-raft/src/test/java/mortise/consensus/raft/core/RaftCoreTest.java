package mortise.consensus.raft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.api.Test;

/** What the core of a single voter decides. */
class RaftCoreTest {
    private static final int SELF = 5;
    private static final List<byte[]> RECORDS = List.of(new byte[] {1});

    private static RaftCore leader(long lastIndex) {
        RaftCore core = new RaftCore(SELF, new Ballot(6, 2), 0, lastIndex);
        core.step(new Started());
        core.step(new BallotStored(new Ballot(7, SELF)));
        return core;
    }

    @Test
    void itLeadsOnlyWhenItsVoteInANewTermIsStored() {
        RaftCore core = new RaftCore(SELF, new Ballot(6, 2), 3, 10);

        assertThat(core.step(new Started())).containsExactly(new StoreBallot(new Ballot(7, SELF)));
        assertThat(core.step(new Proposed(7, RECORDS)))
                .containsExactly(new Refuse("node 5 does not lead the quorum"));
        assertThat(core.step(new BallotStored(new Ballot(7, SELF))))
                .containsExactly(new Commit(10), new Lead(7));
    }

    @Test
    void anEntryIsCommittedWhenItIsStored() {
        RaftCore core = leader(10);

        assertThat(core.step(new Proposed(7, RECORDS)))
                .containsExactly(new Append(new Entry(11, 7, RECORDS)));
        assertThat(core.step(new Proposed(7, RECORDS)))
                .containsExactly(new Append(new Entry(12, 7, RECORDS)));
        assertThat(core.step(new Stored(12))).containsExactly(new Commit(12));
    }

    @Test
    void entriesThatWereNotStoredGiveTheirPlaceToTheNext() {
        RaftCore core = leader(0);
        core.step(new Proposed(7, RECORDS));
        core.step(new Proposed(7, RECORDS));

        assertThat(core.step(new NotStored(1))).isEmpty();
        assertThat(core.step(new Proposed(7, RECORDS)))
                .containsExactly(new Append(new Entry(1, 7, RECORDS)));
    }

    @Test
    void aProposalOfAnotherEpochIsRefused() {
        assertThat(leader(0).step(new Proposed(6, RECORDS)))
                .containsExactly(new Refuse("proposed in epoch 6, but node 5 leads in epoch 7"));
    }

    @Test
    void whatCannotHappenIsRefused() {
        assertThatThrownBy(() -> leader(3).step(new Started()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is started twice");
        assertThatThrownBy(() -> leader(3).step(new Stored(4)))
                .hasMessageContaining("did not append up to 4");
        assertThatThrownBy(() -> leader(3).step(new NotStored(3)))
                .hasMessageContaining("cannot take back entries from 3");
        assertThatThrownBy(() -> leader(3).step(new BallotStored(new Ballot(8, SELF))))
                .hasMessageContaining("did not ask for");
        assertThatThrownBy(() -> new RaftCore(SELF, Ballot.BLANK, 4, 3))
                .isInstanceOf(IllegalArgumentException.class);
        RaftCore exhausted = new RaftCore(SELF, new Ballot(Integer.MAX_VALUE, SELF), 0, 0);
        assertThatThrownBy(() -> exhausted.step(new Started()))
                .hasMessageContaining("has used up all terms");
    }
}
