package mortise.broker.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MailboxTest {
    private final MailboxRig rig = new MailboxRig();
    private final RecordingOwner owner = new RecordingOwner();
    private final Mailbox<TestCommand, String> mailbox = rig.mailbox(owner);

    @Test
    void theCallerDrainsWhatItOffers() {
        TestCommand sent = rig.offer(mailbox);

        assertThat(owner.served).containsExactly(sent);
        assertThat(rig.handedOn).isEmpty();
        assertThat(mailbox.commandsUsed()).isZero();
    }

    @Test
    void aSignalFromElsewhereGoesToTheDrainThreads() {
        mailbox.signal(1);
        mailbox.signal(2);
        mailbox.signal(2);

        assertThat(owner.signals).isZero();
        assertThat(rig.handedOn).hasSize(1);
        rig.settle();
        assertThat(owner.signals).isEqualTo(3);
    }

    @Test
    void controlCommandsAreExecutedOnDrainThreadsAndBeforeData() {
        TestCommand[] nested = new TestCommand[1];
        owner.duringServe =
                () -> {
                    owner.duringServe = null;
                    mailbox.control("stop");
                    nested[0] = rig.offer(mailbox);
                };

        TestCommand first = rig.offer(mailbox);

        assertThat(owner.served).contains(first);
        rig.settle();
        assertThat(owner.executed).containsExactly("stop");
        assertThat(owner.served).containsExactly(first, nested[0]);
    }

    @Test
    void aMailboxThatBecomesRunnableInsideADrainWaitsForIt() {
        RecordingOwner second = new RecordingOwner();
        RecordingOwner third = new RecordingOwner();
        Mailbox<TestCommand, String> other = rig.mailbox(second);
        Mailbox<TestCommand, String> another = rig.mailbox(third);
        List<Integer> seenInside = new ArrayList<>();
        owner.duringServe =
                () -> {
                    rig.offer(other);
                    rig.offer(another);
                    seenInside.add(second.served.size());
                };

        rig.offer(mailbox);

        assertThat(seenInside).containsExactly(0);
        assertThat(second.served).hasSize(1);
        // the run queue has room for one
        assertThat(third.served).isEmpty();
        assertThat(rig.handedOn).containsExactly(another);
        rig.settle();
        assertThat(third.served).hasSize(1);
    }

    @Test
    void aQuotaEndsADrainAndHandsTheRestOnWithItsOwnership() {
        int[] left = {7};
        owner.duringServe =
                () -> {
                    if (left[0]-- > 0) {
                        rig.offer(mailbox);
                    }
                };

        rig.offer(mailbox);

        assertThat(owner.served).hasSize(4);
        assertThat(rig.handedOn).containsExactly(mailbox);
        // somebody else's offer does not drain: the mailbox has an owner
        rig.offer(mailbox);
        assertThat(owner.served).hasSize(4);
        rig.settle();
        assertThat(owner.served).hasSize(9);
        assertThat(mailbox.commandsUsed()).isZero();
    }

    @Test
    void theOwnerTakesTogetherWhatItLikes() {
        mailbox.signal(1);
        for (int i = 0; i < 4; i++) {
            rig.offer(mailbox);
        }
        owner.mostRun = 2;

        rig.settle();

        assertThat(owner.runSizes).containsExactly(2, 2);
    }

    @Test
    void creditIsBoundedInCommandsAndBytesButOneLargeCommandPassesAlone() {
        for (int i = 0; i < 8; i++) {
            assertThat(mailbox.tryTake(10)).isTrue();
        }
        assertThat(mailbox.tryTake(10)).isFalse();
        mailbox.data().giveBack(8, 80);
        assertThat(mailbox.tryTake(5_000)).isTrue();
        assertThat(mailbox.tryTake(1)).isFalse();
        mailbox.data().giveBack(1, 5_000);
        assertThat(mailbox.tryTake(1_000)).isTrue();
        assertThat(mailbox.tryTake(25)).isFalse();
        assertThat(mailbox.tryTake(24)).isTrue();
        mailbox.data().giveBack(2, 1_024);
        assertThat(mailbox.commandsUsed()).isZero();
        assertThat(mailbox.bytesUsed()).isZero();
    }

    @Test
    void anOwnerThatThrowsIsFencedAndItsMailboxGoesOn() {
        mailbox.signal(1);
        for (int i = 0; i < 5; i++) {
            rig.offer(mailbox);
        }
        owner.failServe = new IllegalStateException("broken");

        rig.settle();

        assertThat(owner.fenced).hasMessage("broken");
        assertThat(owner.served).hasSize(2);
        assertThat(mailbox.commandsUsed()).isZero();
        rig.offer(mailbox);
        assertThat(owner.served).hasSize(3);
    }

    @Test
    void aSlowDirectoryIsDrainedByTheDrainThreads() {
        rig.site.wrote(2_000_000);

        rig.offer(mailbox);

        assertThat(owner.served).isEmpty();
        rig.settle();
        assertThat(owner.served).hasSize(1);
    }

    @Test
    void waitingRequestsComeInOrderAndNobodyOvertakes() {
        RecordingOwner second = new RecordingOwner();
        Mailbox<TestCommand, String> other = rig.mailbox(second);
        for (int i = 0; i < 8; i++) {
            assertThat(mailbox.tryTake(1)).isTrue();
        }
        List<String> granted = new ArrayList<>();
        Wish both = new Wish("both", granted, List.of(mailbox, other));
        Wish one = new Wish("one", granted, List.of(mailbox));
        Wish otherOnly = new Wish("other", granted, List.of(other));

        assertThat(rig.line.enter(both)).isFalse();
        assertThat(other.commandsUsed()).isZero();
        assertThat(rig.line.enter(one)).isFalse();
        assertThat(rig.line.enter(otherOnly)).isFalse();
        assertThat(rig.line.length()).isEqualTo(3);

        mailbox.data().giveBack(1, 1);
        assertThat(granted).containsExactly("both", "other");
        mailbox.data().giveBack(1, 1);
        assertThat(granted).containsExactly("both", "other", "one");
        assertThat(rig.line.length()).isZero();
        assertThat(mailbox.data().awaited()).isFalse();
    }

    /** A request that wants one command of one byte in each of some mailboxes. */
    private record Wish(
            String name, List<String> granted, List<Mailbox<TestCommand, String>> targets)
            implements CreditRequest {
        @Override
        public int commandCount() {
            return targets.size();
        }

        @Override
        public Mailbox<TestCommand, String> target(int index) {
            return targets.get(index);
        }

        @Override
        public int bytes(int index) {
            return 1;
        }

        @Override
        public void creditGranted() {
            granted.add(name);
        }
    }
}
