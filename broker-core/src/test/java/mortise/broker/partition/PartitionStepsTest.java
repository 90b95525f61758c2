package mortise.broker.partition;

import static mortise.broker.partition.PartitionRig.TOPIC;
import static mortise.broker.partition.PartitionRig.batch;
import static mortise.broker.partition.PartitionRig.offer;
import static mortise.broker.partition.PartitionRig.topic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import mortise.api.Clock;
import mortise.api.ErrorCode;
import mortise.api.config.Config;
import mortise.broker.flush.FlushCoordinator;
import mortise.broker.flush.FlushSettings;
import mortise.broker.partition.PartitionRig.Sent;
import mortise.broker.runtime.Execution;
import mortise.broker.runtime.Lanes;
import mortise.broker.runtime.ThreadedExecution;
import mortise.broker.telemetry.BrokerMetrics;
import mortise.metadata.PartitionImage;
import mortise.record.RecordBatch;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import mortise.tck.storage.ThreadCheckingLogStore;
import org.junit.jupiter.api.Test;

/**
 * What a partition does away from its drain, because it may wait for a disk or takes as long as
 * there are producers: nothing else of the partition happens meanwhile, and all of it in order
 * afterwards.
 */
class PartitionStepsTest {
    private static final int MANY = 100;

    private final HeldBlocking blocking = new HeldBlocking();
    private final PartitionRig rig = new PartitionRig(new HeapLogStore(), Map.of(), blocking);

    /** Sends a batch of each of many producers. */
    private void manyProducers(Partition partition) {
        for (int id = 0; id < MANY; id++) {
            rig.send(partition, batch(1, 10, id, (short) 0, 0));
        }
    }

    @Test
    void theStartMovesWhileBatchesGoOn() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.send(partition, batch(3, 10));
        blocking.hold();

        CompletableFuture<Long> moved = partition.advanceStart(2).toCompletableFuture();
        rig.settle();
        Sent sent = rig.send(partition, batch(1, 10));
        assertThat(blocking.names).containsExactly("move the start of " + partition);
        assertThat(sent.firstOffset()).as("a batch beside the move").isEqualTo(3);
        assertThat(sent.logStartOffset()).isZero();
        CompletableFuture<Long> further = partition.advanceStart(4).toCompletableFuture();
        CompletableFuture<Void> stopped = partition.stop(false);
        rig.settle();
        assertThat(rig.log("t", 0).bounds().startOffset()).isZero();
        assertThat(moved).isNotDone();
        assertThat(stopped).as("a stop while the start moves").isNotDone();

        blocking.runOne();
        assertThat(rig.log("t", 0).bounds().startOffset()).isEqualTo(2);
        rig.settle();
        assertThat(moved).isCompletedWithValue(2L);
        assertThat(partition.leaderView().startOffset()).isEqualTo(2);
        assertThat(further).isNotDone();
        assertThat(stopped).isNotDone();

        blocking.release();
        rig.settle();
        assertThat(further).isCompletedWithValue(4L);
        assertThat(stopped).isCompleted();
        assertThat(partition.mailbox()).hasToString("0 commands, 0 bytes");
    }

    @Test
    void theStartMovesToTheEndWhileNothingElseHappens() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.send(partition, batch(3, 10));
        blocking.hold();

        CompletableFuture<Long> moved = partition.advanceStart(3).toCompletableFuture();
        rig.settle();
        Sent sent = rig.send(partition, batch(1, 10));
        assertThat(blocking.names).containsExactly("move the start of " + partition);
        assertThat(moved).isNotDone();
        assertThat(sent.done()).isFalse();

        blocking.runOne();
        rig.settle();

        assertThat(moved).isCompletedWithValue(3L);
        assertThat(partition.leaderView().startOffset()).isEqualTo(3);
        assertThat(sent.firstOffset()).isEqualTo(3);
        assertThat(sent.logStartOffset()).isEqualTo(3);
        assertThat(partition.mailbox()).hasToString("0 commands, 0 bytes");
    }

    @Test
    void aStartThatCannotMoveFailsItsRequestOnly() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.send(partition, batch(3, 10));
        rig.log("t", 0).failAdvance =
                new StorageException(StorageException.Reach.CALL, "the disk is full");

        CompletableFuture<Long> moved = partition.advanceStart(2).toCompletableFuture();
        rig.settle();

        assertThatThrownBy(moved::join).hasMessageContaining("disk is full");
        assertThat(partition.leaderView().startOffset()).isZero();
        assertThat(rig.send(partition, batch(1, 10)).firstOffset()).isEqualTo(3);
        rig.log("t", 0).failAdvance = null;
        CompletableFuture<Long> again = partition.advanceStart(2).toCompletableFuture();
        rig.settle();
        assertThat(again).isCompletedWithValue(2L);
    }

    @Test
    void aStartThatNobodyMovesHoldsNothingUp() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.send(partition, batch(3, 10));
        blocking.refuse(true);
        CompletableFuture<Long> refused = partition.advanceStart(2).toCompletableFuture();
        rig.settle();
        assertThatThrownBy(refused::join).hasMessageContaining("no work is taken");

        blocking.refuse(false);
        CompletableFuture<Long> moved = partition.advanceStart(2).toCompletableFuture();
        CompletableFuture<Void> stopped = partition.stop(false);
        rig.settle();

        assertThat(moved).isCompletedWithValue(2L);
        assertThat(stopped).isCompleted();
    }

    @Test
    void aRollKeepsManyProducersAsTheyWereWhenItHappened() {
        Partition partition = rig.open("t", 0, topic(t -> t.segmentBytes(100 * MANY)));
        manyProducers(partition);
        int before = rig.log("t", 0).offsets(SidecarKind.PRODUCER_STATE).size();
        blocking.hold();
        List<Sent> sent = new ArrayList<>();
        int sequence = 1;
        while (blocking.names.isEmpty()) {
            sent.add(rig.send(partition, batch(1, 10, 7, (short) 0, sequence++)));
        }
        assertThat(blocking.names).containsExactly("keep the producers of " + partition);
        long rolledAt = rig.log("t", 0).end().offset();
        Sent rolling = sent.removeLast();
        Sent behind = rig.send(partition, batch(1, 10, 7, (short) 0, sequence));
        assertThat(sent).allMatch(Sent::done);
        assertThat(rolling.done()).isFalse();
        assertThat(behind.done()).isFalse();
        assertThat(partition.mailbox().commandsUsed()).isEqualTo(2);

        blocking.release();
        rig.settle();

        assertThat(rolling.firstOffset()).isEqualTo(rolledAt);
        assertThat(behind.firstOffset()).isEqualTo(rolledAt + 1);
        assertThat(partition.mailbox()).hasToString("0 commands, 0 bytes");
        assertThat(rig.log("t", 0).offsets(SidecarKind.PRODUCER_STATE))
                .hasSize(before + 1)
                .endsWith(rolledAt);
        ProducerStates kept = new ProducerStates(1_000);
        ProducerSnapshot.decode(
                rig.log("t", 0)
                        .latestSidecar(SidecarKind.PRODUCER_STATE, rolledAt)
                        .orElseThrow()
                        .content(),
                kept);
        assertThat(kept.size()).isEqualTo(MANY);
        assertThat(kept.find(7).lastOffset()).isEqualTo(rolledAt - 1);
        assertThat(kept.find(7).lastSequence()).isEqualTo(sequence - 2);
    }

    @Test
    void aRunThatRollsAndHoldsARetryOfItsOwnGoesOnAfterwards() {
        Partition partition = rig.open("t", 0, topic(t -> t.segmentBytes(100 * MANY)));
        manyProducers(partition);
        blocking.hold();
        int sequence = 1;
        List<Sent> sent = new ArrayList<>();
        while (blocking.names.isEmpty()) {
            partition.flushed(); // what is offered before the drain is one run
            sent.clear();
            for (int i = 0; i < 3; i++) {
                sent.add(offer(partition, new Sent(batch(1, 10, 7, (short) 0, sequence + i))));
            }
            sent.add(offer(partition, new Sent(batch(1, 10, 7, (short) 0, sequence))));
            sent.add(offer(partition, new Sent(batch(1, 10, 7, (short) 0, sequence + 3))));
            sequence += 4;
            rig.settle();
        }
        long at = rig.log("t", 0).end().offset();

        blocking.release();
        rig.settle();

        assertThat(sent)
                .extracting(AppendBatch::firstOffset)
                .containsExactly(at, at + 1, at + 2, at, at + 3);
        assertThat(rig.log("t", 0).end().offset()).isEqualTo(at + 4);
        assertThat(partition.mailbox()).hasToString("0 commands, 0 bytes");
    }

    @Test
    void aRollWhoseProducersCannotBeKeptRefusesItsBatches() {
        Partition partition = rig.open("t", 0, topic(t -> t.segmentBytes(100 * MANY)));
        manyProducers(partition);
        rig.log("t", 0).failSidecar =
                new StorageException(StorageException.Reach.CALL, "the disk is full");
        int sequence = 1;
        Sent refused = rig.send(partition, batch(1, 10, 7, (short) 0, sequence));
        while (refused.error() == ErrorCode.NONE) {
            refused = rig.send(partition, batch(1, 10, 7, (short) 0, ++sequence));
        }

        assertThat(refused.error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(partition.outOfService()).isNull();
        assertThat(rig.send(partition, batch(1, 10, 7, (short) 0, sequence)).error())
                .isEqualTo(ErrorCode.NONE);
        assertThat(partition.mailbox()).hasToString("0 commands, 0 bytes");
    }

    @Test
    void aStepWithADefectFencesThePartitionAndAnswersWhatWaited() {
        Partition partition = rig.open("t", 0, topic(t -> t.segmentBytes(100 * MANY)));
        manyProducers(partition);
        rig.log("t", 0).failSidecar = new IllegalStateException("a defect");
        Sent last = rig.send(partition, batch(1, 10, 7, (short) 0, 1));
        for (int sequence = 2; last.error() == ErrorCode.NONE; sequence++) {
            last = rig.send(partition, batch(1, 10, 7, (short) 0, sequence));
        }

        assertThat(last.error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(partition.outOfService()).contains("a defect");
        assertThat(rig.send(partition, batch(1, 10)).error())
                .isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(partition.mailbox()).hasToString("0 commands, 0 bytes");
    }

    /** Its first batch says so, and the next snapshot of the producers keeps it. */
    @Test
    void aTermBeginsAtOnceAndWritesNothing() {
        Partition partition = rig.open("t", 0, TOPIC, 1);
        rig.send(partition, batch(2, 10));
        blocking.hold();

        var led =
                rig.partitions
                        .changeRole(partition.id(), PartitionRig.led(0, 4))
                        .toCompletableFuture();
        rig.settle();
        Sent sent = rig.send(partition, batch(1, 10));

        assertThat(led).isCompleted();
        assertThat(partition.leaderView().leaderEpoch()).isEqualTo(4);
        assertThat(sent.batch().leaderEpoch()).isEqualTo(4);
        assertThat(rig.log("t", 0).latestSidecar(SidecarKind.LEADER_EPOCHS, Long.MAX_VALUE))
                .isEmpty();
        blocking.release();
    }

    @Test
    void manySilentProducersAreForgottenElsewhere() {
        Partition partition = rig.open("t", 0, TOPIC);
        manyProducers(partition);
        rig.partitions.start();
        blocking.hold();
        rig.clock.advance(Duration.ofHours(25));
        rig.settle();
        Sent waits = rig.send(partition, batch(1, 10, 7, (short) 0, 50));
        assertThat(blocking.names).contains("forget the silent producers of " + partition);
        assertThat(waits.done()).isFalse();

        blocking.release();
        rig.settle();

        assertThat(waits.error()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void whatIsDeletedOrFailsMeanwhileIsSoAfterwards() {
        Partition deleted = rig.open("t", 0, TOPIC);
        Partition failing = rig.open("t", 1, TOPIC);
        for (Partition partition : List.of(deleted, failing)) {
            rig.send(partition, batch(3, 10));
        }
        blocking.hold();
        List<CompletableFuture<Long>> moved = new ArrayList<>();
        for (Partition partition : List.of(deleted, failing)) {
            moved.add(partition.advanceStart(3).toCompletableFuture());
        }
        rig.settle();
        rig.partitions.delete(deleted.id());
        failing.failed(new IllegalStateException("a defect"));
        rig.settle();
        Sent toDeleted = rig.send(deleted, batch(1, 10));
        Sent toFailing = rig.send(failing, batch(1, 10));
        assertThat(deleted.stopped()).isFalse();
        assertThat(failing.outOfService()).isNull();

        blocking.release();
        rig.settle();

        assertThat(moved).allMatch(start -> start.getNow(-1L) == 3);
        assertThat(toDeleted.error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(rig.partitions.find("t", 0)).isNull();
        assertThat(toFailing.error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(failing.outOfService()).contains("a defect");
    }

    @Test
    void whatFailsWhileTheStartMovesIsSoAtOnce() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.send(partition, batch(3, 10));
        blocking.hold();
        CompletableFuture<Long> moved = partition.advanceStart(2).toCompletableFuture();
        rig.settle();

        partition.failed(new IllegalStateException("a defect"));
        rig.settle();

        assertThat(partition.outOfService()).contains("a defect");
        assertThat(rig.send(partition, batch(1, 10)).error())
                .isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        blocking.release();
        rig.settle();
        assertThat(moved).isDone();
        assertThat(partition.mailbox()).hasToString("0 commands, 0 bytes");
    }

    @Test
    void theViewIsTheSameUntilItsTermOrItsEpochsChange() {
        Partition partition = rig.open("t", 0, TOPIC, 3);
        LeaderView view = partition.leaderView();
        int[] told = {0};
        partition.progress().add(() -> told[0]++);

        rig.partitions.changeRole(
                partition.id(),
                new PartitionImage(
                        0,
                        List.of(PartitionRig.NODE, 2),
                        List.of(PartitionRig.NODE),
                        PartitionRig.NODE,
                        3,
                        4));
        rig.settle();
        assertThat(partition.image().partitionEpoch()).isEqualTo(4);
        assertThat(partition.leaderView()).isSameAs(view);
        assertThat(told[0]).isZero();

        rig.send(partition, batch(1, 10));
        assertThat(partition.leaderView()).isSameAs(view);
        assertThat(told[0]).isEqualTo(1);

        rig.partitions.changeRole(partition.id(), PartitionRig.led(0, 5));
        rig.settle();
        assertThat(partition.leaderView()).isNotSameAs(view);
        assertThat(told[0]).isEqualTo(2);
    }

    @Test
    void theEndIsWatchedApartFromTheHighWatermark() {
        Partition partition = rig.open("t", 0, topic(t -> t.durable()));
        List<String> told = new ArrayList<>();
        ProgressWatcher end = () -> told.add("end");
        partition.progress().add(() -> told.add("high watermark"));
        partition.growth().add(end);

        rig.send(partition, batch(1, 10));
        assertThat(told).containsExactly("end");
        rig.flush();
        assertThat(told).containsExactly("end", "high watermark");

        partition.growth().remove(end);
        rig.send(partition, batch(1, 10));
        assertThat(told).hasSize(2);
    }

    /** A batch whose end a test awaits. */
    private static final class Awaited extends AppendBatch {
        private final Semaphore ended;

        Awaited(RecordBatch batch, Semaphore ended) {
            super(batch, (short) -1, Long.MAX_VALUE);
            this.ended = ended;
        }

        @Override
        protected void completed() {
            ended.release();
        }
    }

    @Test
    void noDrainDoesWhatIsForThreadsThatMayWait() throws Exception {
        HeapLogStore heap = new HeapLogStore();
        ThreadCheckingLogStore store = ThreadCheckingLogStore.over(heap);
        BrokerMetrics metrics = new BrokerMetrics();
        Semaphore ended = new Semaphore(0);
        long starts = 0;
        try (Execution execution =
                        new ThreadedExecution(Clock.system(), new SplittableRandom(1), metrics);
                FlushCoordinator flushes =
                        FlushCoordinator.on(
                                execution,
                                Config.of(
                                        FlushSettings.SCHEMA,
                                        Map.of("flush.threads-per-directory", "1")),
                                Clock.system(),
                                metrics);
                Partitions partitions =
                        new Partitions(
                                Config.defaults(PartitionSettings.SCHEMA),
                                store,
                                new PartitionServices(
                                        PartitionRig.NODE,
                                        Clock.system(),
                                        execution.timers(),
                                        Lanes.shared(execution.lane("step", 4)),
                                        metrics,
                                        execution,
                                        flushes))) {
            partitions
                    .open(
                            PartitionRig.id("t", 0),
                            PartitionRig.led(0, 0),
                            topic(t -> t.segmentBytes(100 * MANY)))
                    .toCompletableFuture()
                    .get(60, TimeUnit.SECONDS);
            Partition partition = partitions.find("t", 0);
            int batches = 20 * MANY;
            for (int i = 0; i < batches; i++) {
                Awaited batch = new Awaited(batch(1, 10, i % MANY, (short) 0, i / MANY), ended);
                while (!partition.mailbox().tryTake(batch.sizeInBytes())) {
                    Thread.onSpinWait();
                }
                partition.mailbox().offer(batch);
                if (i % 500 == 499) {
                    starts =
                            partition
                                    .advanceStart(Partition.HIGH_WATERMARK)
                                    .toCompletableFuture()
                                    .get(60, TimeUnit.SECONDS);
                    partitions
                            .changeRole(partition.id(), PartitionRig.led(0, i))
                            .toCompletableFuture()
                            .get(60, TimeUnit.SECONDS);
                }
            }
            assertThat(ended.tryAcquire(batches, 60, TimeUnit.SECONDS)).isTrue();
            partitions.stop().toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
        assertThat(store.violations()).isEmpty();
        assertThat(starts).isGreaterThan(0);
        assertThat(heap.log(PartitionRig.id("t", 0)).end().offset()).isEqualTo(20 * MANY);
    }
}
