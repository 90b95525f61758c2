package mortise.broker.partition;

import static mortise.broker.partition.PartitionRig.batch;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import mortise.api.config.Config;
import mortise.api.metrics.Metrics;
import mortise.broker.partition.PartitionRig.Sent;
import org.junit.jupiter.api.Test;

class PartitionMailboxTest {
    private final ArrayDeque<PartitionMailbox> handedOn = new ArrayDeque<>();
    private final PartitionSettings settings =
            PartitionSettings.from(
                    Config.of(
                            PartitionSettings.SCHEMA,
                            Map.of(
                                    "partition.mailbox-commands", "8",
                                    "partition.mailbox-bytes", "1024",
                                    "partition.drain-quota-commands", "4",
                                    "partition.drain-run-queue", "1",
                                    "partition.append-set-batches", "3")));
    private final Drains drains =
            new Drains(
                    settings,
                    Metrics.discarding(),
                    all ->
                            new DrainWorkers() {
                                @Override
                                public void submit(PartitionMailbox mailbox) {
                                    handedOn.add(mailbox);
                                }

                                @Override
                                public void close() {}
                            });
    private final CreditLine line = new CreditLine(PartitionRig.unexpected());
    private final DrainSite site = new DrainSite(1_000_000);
    private final RecordingOwner owner = new RecordingOwner();
    private final PartitionMailbox mailbox = mailbox(owner);

    private PartitionMailbox mailbox(MailboxOwner of) {
        return new PartitionMailbox(of, site, drains, line, settings);
    }

    private static Sent offer(PartitionMailbox to) {
        Sent sent = new Sent(batch(1, 10));
        assertThat(to.tryTake(sent.sizeInBytes())).isTrue();
        to.offer(sent);
        return sent;
    }

    private void settle() {
        Trampoline worker = drains.workerTrampoline();
        for (PartitionMailbox next = handedOn.poll(); next != null; next = handedOn.poll()) {
            drains.drainAsWorker(next, worker);
        }
    }

    @Test
    void theCallerDrainsWhatItOffers() {
        Sent sent = offer(mailbox);

        assertThat(owner.appended).containsExactly(sent);
        assertThat(handedOn).isEmpty();
        assertThat(mailbox.commandsUsed()).isZero();
    }

    @Test
    void aSignalFromElsewhereGoesToTheDrainThreads() {
        mailbox.signal(1);
        mailbox.signal(2);
        mailbox.signal(2);

        assertThat(owner.signals).isZero();
        assertThat(handedOn).hasSize(1);
        settle();
        assertThat(owner.signals).isEqualTo(3);
    }

    @Test
    void controlCommandsAreExecutedOnDrainThreadsAndBeforeData() {
        Sent[] nested = new Sent[1];
        ControlCommand stop = new ControlCommand.Stop(true, new CompletableFuture<>());
        owner.duringAppend =
                () -> {
                    owner.duringAppend = null;
                    mailbox.offer(stop);
                    nested[0] = offer(mailbox);
                };

        Sent first = offer(mailbox);

        assertThat(owner.appended).contains(first);
        settle();
        assertThat(owner.executed).containsExactly(stop);
        assertThat(owner.appended).containsExactly(first, nested[0]);
    }

    @Test
    void aMailboxThatBecomesRunnableInsideADrainWaitsForIt() {
        RecordingOwner second = new RecordingOwner();
        RecordingOwner third = new RecordingOwner();
        PartitionMailbox other = mailbox(second);
        PartitionMailbox another = mailbox(third);
        List<Integer> seenInside = new ArrayList<>();
        owner.duringAppend =
                () -> {
                    offer(other);
                    offer(another);
                    seenInside.add(second.appended.size());
                };

        offer(mailbox);

        assertThat(seenInside).containsExactly(0);
        assertThat(second.appended).hasSize(1);
        // the run queue has room for one
        assertThat(third.appended).isEmpty();
        assertThat(handedOn).containsExactly(another);
        settle();
        assertThat(third.appended).hasSize(1);
    }

    @Test
    void aQuotaEndsADrainAndHandsTheRestOnWithItsOwnership() {
        int[] left = {7};
        owner.duringAppend =
                () -> {
                    if (left[0]-- > 0) {
                        offer(mailbox);
                    }
                };

        offer(mailbox);

        assertThat(owner.appended).hasSize(4);
        assertThat(handedOn).containsExactly(mailbox);
        // somebody else's offer does not drain: the mailbox has an owner
        offer(mailbox);
        assertThat(owner.appended).hasSize(4);
        settle();
        assertThat(owner.appended).hasSize(9);
        assertThat(mailbox.commandsUsed()).isZero();
    }

    @Test
    void oneWriteTakesNoMoreBatchesAndBytesThanItMay() {
        mailbox.signal(1);
        for (int i = 0; i < 4; i++) {
            offer(mailbox);
        }
        owner.runBytes = 2 * batch(1, 10).sizeInBytes();

        settle();

        assertThat(owner.runSizes).containsExactly(2, 2);
    }

    @Test
    void creditIsBoundedInCommandsAndBytesButOneLargeBatchPassesAlone() {
        for (int i = 0; i < 8; i++) {
            assertThat(mailbox.tryTake(10)).isTrue();
        }
        assertThat(mailbox.tryTake(10)).isFalse();
        mailbox.giveBack(8, 80);
        assertThat(mailbox.tryTake(5_000)).isTrue();
        assertThat(mailbox.tryTake(1)).isFalse();
        mailbox.giveBack(1, 5_000);
        assertThat(mailbox.tryTake(1_000)).isTrue();
        assertThat(mailbox.tryTake(25)).isFalse();
        assertThat(mailbox.tryTake(24)).isTrue();
        mailbox.giveBack(2, 1_024);
        assertThat(mailbox.commandsUsed()).isZero();
        assertThat(mailbox.bytesUsed()).isZero();
    }

    @Test
    void anOwnerThatThrowsIsFencedAndItsMailboxGoesOn() {
        mailbox.signal(1);
        for (int i = 0; i < 5; i++) {
            offer(mailbox);
        }
        owner.failAppend = new IllegalStateException("broken");

        settle();

        assertThat(owner.fenced).hasMessage("broken");
        assertThat(owner.appended).hasSize(2);
        assertThat(mailbox.commandsUsed()).isZero();
        offer(mailbox);
        assertThat(owner.appended).hasSize(3);
    }

    @Test
    void aSlowDirectoryIsDrainedByTheDrainThreads() {
        site.wrote(2_000_000);

        offer(mailbox);

        assertThat(owner.appended).isEmpty();
        settle();
        assertThat(owner.appended).hasSize(1);
    }

    @Test
    void waitingRequestsComeInOrderAndNobodyOvertakes() {
        RecordingOwner second = new RecordingOwner();
        PartitionMailbox other = mailbox(second);
        for (int i = 0; i < 8; i++) {
            assertThat(mailbox.tryTake(1)).isTrue();
        }
        List<String> granted = new ArrayList<>();
        Wish both = new Wish("both", granted, List.of(mailbox, other));
        Wish one = new Wish("one", granted, List.of(mailbox));
        Wish otherOnly = new Wish("other", granted, List.of(other));

        assertThat(line.enter(both)).isFalse();
        assertThat(other.commandsUsed()).isZero();
        assertThat(line.enter(one)).isFalse();
        assertThat(line.enter(otherOnly)).isFalse();
        assertThat(line.length()).isEqualTo(3);

        mailbox.giveBack(1, 1);
        assertThat(granted).containsExactly("both", "other");
        mailbox.giveBack(1, 1);
        assertThat(granted).containsExactly("both", "other", "one");
        assertThat(line.length()).isZero();
        assertThat(mailbox.awaited()).isFalse();
    }

    /** A request that wants one batch of one byte in each of some mailboxes. */
    private record Wish(String name, List<String> granted, List<PartitionMailbox> targets)
            implements CreditRequest {
        @Override
        public int batchCount() {
            return targets.size();
        }

        @Override
        public PartitionMailbox batchTarget(int index) {
            return targets.get(index);
        }

        @Override
        public int batchBytes(int index) {
            return 1;
        }

        @Override
        public void creditGranted() {
            granted.add(name);
        }
    }
}
