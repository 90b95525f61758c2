package mortise.tck.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.FutureTask;
import java.util.stream.LongStream;
import mortise.spi.consensus.Leadership;
import mortise.spi.consensus.ProposeOutcome;
import mortise.spi.consensus.QuorumView;
import mortise.tck.sim.SimContext;
import org.junit.jupiter.api.Test;

/** What a quorum of one member does, whatever it is made of. */
public interface ConsensusContract extends QuorumUnderTest {
    /** The provider has a name in lower case with dashes, and says what its keys do. */
    @Test
    default void theProviderDescribesItself() {
        assertThat(provider().name())
                .as("the name of the consensus plugin, which is lower case with digits and dashes")
                .matches("[a-z0-9]+(-[a-z0-9]+)*");
        provider()
                .config()
                .keys()
                .forEach(key -> {
                    assertThat(key.name())
                            .as(
                                    "a key of the consensus plugin, which begins with its kind and name")
                            .startsWith("consensus." + provider().name() + ".");
                    assertThat(key.doc()).as("documentation of " + key).isNotBlank();
                });
    }

    /** A member alone leads itself, and says so. */
    @Test
    default void aMemberAloneLeadsItself() {
        SimContext context = context();
        try (Member member = Member.start(this, context)) {
            Leadership leadership = context.await(member.state().leading());

            assertThat(leadership.local())
                    .as("whether a member that is alone says that it leads")
                    .isTrue();
            assertThat(leadership.leaderId())
                    .as("the leader that a member alone names")
                    .isEqualTo(context.nodeId());
            QuorumView view = member.quorum().view();
            assertThat(view.leadership())
                    .as("the leadership in view(), compared with what the listener was told")
                    .isEqualTo(leadership);
            assertThat(view.voters())
                    .as("the voters of a member alone")
                    .containsExactly(context.nodeId());
            member.check();
        }
    }

    /** Proposals are committed in the order in which they were made, without gaps between them. */
    @Test
    default void proposalsAreCommittedInTheirOrder() {
        SimContext context = context();
        try (Member member = Member.start(this, context)) {
            int epoch = member.epoch();
            List<CompletionStage<ProposeOutcome>> outcomes = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                outcomes.add(member.propose(epoch, "entry " + i));
            }
            List<Long> indexes = new ArrayList<>();
            for (CompletionStage<ProposeOutcome> outcome : outcomes) {
                assertThat(context.await(outcome))
                        .as("what became of a proposal of the leader in its own epoch")
                        .isInstanceOf(ProposeOutcome.Committed.class);
                if (context.await(outcome) instanceof ProposeOutcome.Committed committed) {
                    indexes.add(committed.index());
                }
            }
            assertThat(indexes)
                    .as(
                            "the indexes of proposals of one caller, which are consecutive in the order of the calls")
                    .isEqualTo(
                            LongStream.range(indexes.getFirst(), indexes.getFirst() + 300)
                                    .boxed()
                                    .toList());
            List<HeardEntry> heard = withRecords(member);
            for (int i = 0; i < 300; i++) {
                assertThat(heard.get(i))
                        .as("what the listener heard as entry %d", i)
                        .isEqualTo(
                                HeardEntry.of(indexes.get(i), epoch, Member.bytes("entry " + i)));
            }
            member.check();
        }
    }

    /** An entry has been heard when its proposal completes, and completes on the same thread. */
    @Test
    default void anEntryIsHeardBeforeItsProposalCompletes() {
        SimContext context = context();
        try (Member member = Member.start(this, context)) {
            int epoch = member.epoch();
            List<String> problems = Collections.synchronizedList(new ArrayList<>());
            for (int i = 0; i < 100; i++) {
                context.await(
                        member.propose(epoch, "entry " + i)
                                .thenApply(outcome -> {
                                    if (!(outcome instanceof ProposeOutcome.Committed c)
                                            || member.state().lastIndex() < c.index()) {
                                        problems.add(outcome + " was not heard yet");
                                    }
                                    return outcome;
                                }));
            }
            assertThat(problems)
                    .as("what the listener had not heard when the proposal completed")
                    .isEmpty();
            member.check();
        }
    }

    /** The records of an entry are heard together: one, many, empty ones, large ones. */
    @Test
    default void theRecordsOfAnEntryAreHeardTogether() {
        SimContext context = context();
        try (Member member = Member.start(this, context)) {
            String[] many = new String[500];
            for (int i = 0; i < many.length; i++) {
                many[i] = "record " + i;
            }
            member.commit("one");
            member.commit("", "");
            member.commit(many);
            member.commit("x".repeat(300_000));

            List<HeardEntry> heard = withRecords(member);
            assertThat(heard.stream().map(entry -> entry.records().size()))
                    .as("the records of each entry that was heard, which were proposed together")
                    .containsExactly(1, 2, 500, 1);
            assertThat(heard.get(2))
                    .as("the entry of 500 records that was heard")
                    .isEqualTo(
                            HeardEntry.of(
                                    heard.get(2).index(), member.epoch(), Member.bytes(many)));
            member.check();
        }
    }

    /** A proposal decided in another epoch is refused, and is not in the log. */
    @Test
    default void anotherEpochIsRefused() {
        SimContext context = context();
        try (Member member = Member.start(this, context)) {
            int epoch = member.epoch();
            for (int wrong : new int[] {epoch - 1, epoch + 1, -1, Integer.MAX_VALUE}) {
                assertThat(context.await(member.propose(wrong, "from epoch " + wrong)))
                        .as(
                                "what became of a proposal in epoch %d, in which this member does not lead",
                                wrong)
                        .isInstanceOf(ProposeOutcome.Refused.class);
            }
            member.commit("right");
            assertThat(withRecords(member))
                    .as("the entries heard, where only one proposal was of the right epoch")
                    .hasSize(1);
            member.check();
        }
    }

    /** A proposal without records is a mistake of the caller. */
    @Test
    default void aProposalHasRecords() {
        SimContext context = context();
        try (Member member = Member.start(this, context)) {
            int epoch = member.epoch();

            assertThatExceptionOfType(IllegalArgumentException.class)
                    .as("a proposal without records")
                    .isThrownBy(() -> member.quorum().propose(epoch, List.of()));
        }
    }

    /** A read barrier completes when everything committed before has been heard. */
    @Test
    default void aReadBarrierWaitsForWhatWasCommittedBefore() {
        SimContext context = context();
        try (Member member = Member.start(this, context)) {
            for (int i = 0; i < 50; i++) {
                long index = member.commit("entry " + i);
                long barrier = context.await(member.quorum().readBarrier());

                assertThat(barrier)
                        .as(
                                "the index that a read barrier completes with, after entry %d was committed",
                                index)
                        .isGreaterThanOrEqualTo(index);
                assertThat(member.state().lastIndex())
                        .as("the last index heard when the read barrier %d has completed", barrier)
                        .isGreaterThanOrEqualTo(barrier);
                assertThat(member.quorum().view().committedIndex())
                        .as("the committed index in view(), after entry %d was committed", index)
                        .isGreaterThanOrEqualTo(index);
            }
            member.check();
        }
    }

    /** Several callers propose at once; the order of each is kept, and nothing is lost. */
    @Test
    default void everyCallersOrderIsKept() throws Exception {
        SimContext context = context();
        try (Member member = Member.start(this, context)) {
            int epoch = member.epoch();
            List<FutureTask<List<CompletionStage<ProposeOutcome>>>> callers = new ArrayList<>();
            for (int caller = 0; caller < 4; caller++) {
                String name = "caller " + caller + " ";
                callers.add(
                        new FutureTask<>(() -> {
                            List<CompletionStage<ProposeOutcome>> made = new ArrayList<>();
                            for (int i = 100; i < 200; i++) {
                                made.add(member.propose(epoch, name + i));
                            }
                            return made;
                        }));
            }
            callers.forEach(caller -> Thread.ofVirtual().start(caller));
            for (var caller : callers) {
                long last = 0;
                for (CompletionStage<ProposeOutcome> made : caller.get()) {
                    long index =
                            context.await(made) instanceof ProposeOutcome.Committed committed
                                    ? committed.index()
                                    : -1;
                    assertThat(index)
                            .as(
                                    "the index of a caller's proposal, after that of the same caller's one before")
                            .isGreaterThan(last);
                    last = index;
                }
            }
            assertThat(withRecords(member))
                    .as("the entries heard of four callers, of each a hundred")
                    .hasSize(400);
            member.check();
        }
    }

    /** A member started again hears everything before it leads, and leads in a larger epoch. */
    @Test
    default void aRestartReplaysEverythingBeforeLeading() {
        assumeTrue(remembers(), "the quorum keeps its log in memory");
        SimContext context = context();
        List<HeardEntry> before = List.of();
        int epoch = 0;
        for (int life = 0; life < 4; life++) {
            try (Member member = Member.start(this, context)) {
                assertThat(member.epoch())
                        .as("the epoch after a restart, which grows from %d", epoch)
                        .isGreaterThan(epoch);
                epoch = member.epoch();
                assertThat(member.state().entries().subList(0, before.size()))
                        .as("what a restarted member replays, compared with what was heard before")
                        .isEqualTo(before);
                assertThat(member.state().indexWhenLeading())
                        .as("last entry heard when the member began to lead")
                        .isGreaterThanOrEqualTo(before.isEmpty() ? 0 : before.getLast().index());
                for (int i = 0; i < 20; i++) {
                    member.commit("life " + life + " entry " + i);
                }
                before = member.state().entries();
                member.check();
            }
            context = context.restarted();
        }
    }

    /** As the log grows a snapshot is taken, and a restart hears it and the entries after it. */
    @Test
    default void aSnapshotIsTakenAsTheLogGrowsAndUsed() {
        assumeTrue(remembers(), "the quorum keeps its log in memory");
        SimContext context = context();
        List<HeardEntry> before;
        try (Member member = Member.start(provider(), frequentSnapshots(), context)) {
            commitUntilSnapshot(member);
            for (int i = 0; i < 7; i++) {
                member.commit("after " + i);
            }
            before = member.state().entries();
            member.check();
        }
        SimContext again = context.restarted();
        try (Member member = Member.start(provider(), frequentSnapshots(), again)) {
            member.epoch();
            assertThat(member.state().installs()).as("snapshots heard").isOne();
            assertThat(member.state().entries().subList(0, before.size()))
                    .as(
                            "what a member that was restarted from its snapshot replays, compared with what was heard before")
                    .isEqualTo(before);
            long index = member.commit("later");
            assertThat(index)
                    .as("the index of an entry that is proposed after a restart from a snapshot")
                    .isGreaterThan(before.getLast().index());
            member.check();
        }
    }

    private static void commitUntilSnapshot(Member member) {
        int i = 0;
        while (member.state().snapshots() == 0 && i < 5_000) {
            member.commit("entry " + i++ + "x".repeat(100));
        }
        assumeTrue(
                member.state().snapshots() > 0,
                "no snapshot within 5,000 entries; override frequentSnapshots()");
    }

    /** Closing ends every pending proposal; what is known of each is true after a restart. */
    @Test
    default void closingEndsEveryPendingProposal() {
        SimContext context = context();
        List<String> committed = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        Member member = Member.start(this, context);
        int epoch = member.epoch();
        List<CompletionStage<ProposeOutcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            outcomes.add(member.propose(epoch, "entry " + i));
        }
        member.close();
        outcomes.add(member.propose(epoch, "after the end"));
        for (int i = 0; i < outcomes.size(); i++) {
            String record = i < 200 ? "entry " + i : "after the end";
            switch (context.await(outcomes.get(i))) {
                case ProposeOutcome.Committed _ -> committed.add(record);
                case ProposeOutcome.Refused _ -> refused.add(record);
                case ProposeOutcome.Indeterminate _ -> {}
            }
        }
        member.check();
        assertThat(committed)
                .as("the proposals that committed although they were made after the close")
                .doesNotContain("after the end");
        member.close();
        if (remembers()) {
            try (Member again = Member.start(this, context.restarted())) {
                again.epoch();
                List<List<String>> heard =
                        withRecords(again).stream().map(HeardEntry::records).toList();
                committed.forEach(record ->
                        assertThat(heard)
                                .as(
                                        "what was heard after the restart, where record %s was acknowledged as committed",
                                        hex(record))
                                .contains(hex(record)));
                refused.forEach(record ->
                        assertThat(heard)
                                .as(
                                        "what was heard after the restart, where record %s was refused",
                                        hex(record))
                                .doesNotContain(hex(record)));
            }
        }
    }

    private static List<String> hex(String record) {
        return HeardEntry.of(1, 1, Member.bytes(record)).records();
    }

    /** The entries that were proposed; a quorum may have put some of its own between them. */
    private static List<HeardEntry> withRecords(Member member) {
        return member.state().entries().stream()
                .filter(entry -> !entry.records().isEmpty())
                .toList();
    }
}
