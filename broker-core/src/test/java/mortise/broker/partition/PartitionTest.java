package mortise.broker.partition;

import static mortise.broker.partition.PartitionRig.TOPIC;
import static mortise.broker.partition.PartitionRig.batch;
import static mortise.broker.partition.PartitionRig.offer;
import static mortise.broker.partition.PartitionRig.topic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.zip.CRC32C;
import mortise.api.ErrorCode;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.broker.mailbox.DrainSite;
import mortise.broker.partition.PartitionRig.Sent;
import mortise.broker.runtime.Blocking;
import mortise.metadata.PartitionImage;
import mortise.record.RecordBatch;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.OffsetOutOfRangeException;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import org.junit.jupiter.api.Test;

class PartitionTest {
    private final PartitionRig rig = new PartitionRig();

    @Test
    void offsetsAndEpochAreStampedInPlaceAndReadableAtOnce() {
        Partition partition = rig.open("t", 0, TOPIC, 3);

        Sent first = rig.send(partition, batch(3, 10));
        Sent second = rig.send(partition, batch(2, 10));

        assertThat(first.firstOffset()).isZero();
        assertThat(second.firstOffset()).isEqualTo(3);
        assertThat(second.logStartOffset()).isZero();
        assertThat(second.logAppendTime()).isEqualTo(-1);
        assertThat(second.batch().baseOffset()).isEqualTo(3);
        assertThat(second.batch().leaderEpoch()).isEqualTo(3);
        assertThat(partition.leaderView().highWatermark().offset()).isEqualTo(5);
        assertThat(partition.mailbox().commandsUsed()).isZero();
        assertThat(partition.mailbox().bytesUsed()).isZero();
    }

    @Test
    void whatWaitsTogetherIsWrittenTogether() {
        Partition partition = rig.open("t", 0, TOPIC);
        partition.flushed();
        for (int i = 0; i < 10; i++) {
            offer(partition, new Sent(batch(1, 10)));
        }

        rig.settle();

        assertThat(rig.log("t", 0).appends).isEqualTo(1);
        assertThat(partition.leaderView().highWatermark().offset()).isEqualTo(10);
    }

    @Test
    void oneWriteTakesNoMoreBatchesAndBytesThanItMay() {
        PartitionRig few = new PartitionRig(rig.store, Map.of("partition.append-set-batches", "3"));
        Partition partition =
                few.open("t", 0, topic(t -> t.segmentBytes(2 * batch(1, 100).sizeInBytes())));
        partition.flushed();
        for (int i = 0; i < 4; i++) {
            offer(partition, new Sent(batch(1, 10)));
        }
        few.settle();
        assertThat(few.log("t", 0).appends).as("three, and the fourth").isEqualTo(2);

        partition.flushed();
        for (int i = 0; i < 4; i++) {
            offer(partition, new Sent(batch(1, 100)));
        }
        few.settle();
        assertThat(few.log("t", 0).appends).as("two segments full").isEqualTo(4);
    }

    @Test
    void aRetryIsAnsweredWithTheFirstOffsetAndNotWrittenAgain() {
        Partition partition = rig.open("t", 0, TOPIC);
        for (int i = 0; i < 5; i++) {
            rig.send(partition, batch(2, 10, 7, (short) 0, 2 * i));
        }

        Sent retry = rig.send(partition, batch(2, 10, 7, (short) 0, 2));
        rig.send(partition, batch(2, 10, 7, (short) 0, 10));
        Sent tooOld = rig.send(partition, batch(2, 10, 7, (short) 0, 0));

        assertThat(retry.error()).isEqualTo(ErrorCode.NONE);
        assertThat(retry.firstOffset()).isEqualTo(2);
        assertThat(tooOld.error()).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(rig.log("t", 0).bounds().endOffset()).isEqualTo(12);
    }

    @Test
    void aRetryThatMeetsItsOriginalInTheMailboxIsOneRecord() {
        Partition partition = rig.open("t", 0, TOPIC);
        partition.flushed();
        Sent original = offer(partition, new Sent(batch(2, 10, 7, (short) 0, 0)));
        Sent next = offer(partition, new Sent(batch(1, 10, 7, (short) 0, 2)));
        Sent retry = offer(partition, new Sent(batch(2, 10, 7, (short) 0, 0)));
        Sent after = offer(partition, new Sent(batch(1, 10, 7, (short) 0, 3)));

        rig.settle();

        assertThat(List.of(original, next, retry, after))
                .extracting(AppendBatch::firstOffset)
                .containsExactly(0L, 2L, 0L, 3L);
    }

    @Test
    void aGapInTheSequenceIsRefused() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.send(partition, batch(2, 10, 7, (short) 0, 0));

        Sent gap = rig.send(partition, batch(1, 10, 7, (short) 0, 5));

        assertThat(gap.error()).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(gap.firstOffset()).isEqualTo(-1);
    }

    @Test
    void anUnknownProducerMayBeginAnywhere() {
        Partition partition = rig.open("t", 0, TOPIC);

        assertThat(rig.send(partition, batch(1, 10, 7, (short) 4, 99)).error())
                .isEqualTo(ErrorCode.NONE);
    }

    @Test
    void anEpochIsNotUndone() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.send(partition, batch(1, 10, 7, (short) 1, 0));

        Sent bumped = rig.send(partition, batch(1, 10, 7, (short) 2, 0));
        Sent old = rig.send(partition, batch(1, 10, 7, (short) 1, 1));
        Sent notFromZero = rig.send(partition, batch(1, 10, 7, (short) 3, 1));

        assertThat(bumped.error()).isEqualTo(ErrorCode.NONE);
        assertThat(old.error()).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(notFromZero.error()).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void sequencesWrap() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.send(partition, batch(3, 10, 7, (short) 0, Integer.MAX_VALUE - 1));

        Sent next = rig.send(partition, batch(1, 10, 7, (short) 0, 1));
        Sent retry = rig.send(partition, batch(3, 10, 7, (short) 0, Integer.MAX_VALUE - 1));

        assertThat(next.error()).isEqualTo(ErrorCode.NONE);
        assertThat(retry.firstOffset()).isZero();
    }

    @Test
    void aFailedWriteRefusesItsBatchesOnlyAndIsForgotten() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.send(partition, batch(1, 10, 7, (short) 0, 0));
        rig.log("t", 0).failAppend =
                new StorageException(StorageException.Reach.CALL, "the disk is full");

        Sent refused = rig.send(partition, batch(1, 10, 7, (short) 0, 1));
        Sent again = rig.send(partition, batch(1, 10, 7, (short) 0, 1));

        assertThat(refused.error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(refused.message()).contains("disk is full");
        assertThat(again.error()).isEqualTo(ErrorCode.NONE);
        assertThat(again.firstOffset()).isEqualTo(1);
    }

    @Test
    void aFailedLogIsOutOfServiceAndItsNeighboursOnTheDirectoryToo() {
        Partition failing = rig.open("t", 0, TOPIC);
        Partition neighbour = rig.open("t", 1, TOPIC);
        rig.log("t", 0).failAppend =
                new StorageException(StorageException.Reach.DIRECTORY, "I/O error");

        rig.send(failing, batch(1, 10));
        Sent here = rig.send(failing, batch(1, 10));
        Sent there = rig.send(neighbour, batch(1, 10));

        assertThat(here.error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(there.error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(neighbour.leaderView()).isNull();
        assertThat(neighbour.absence()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
    }

    @Test
    void aDurableTopicAcknowledgesAndShowsWhatIsSyncedOnly() {
        Partition partition = rig.open("t", 0, topic(t -> t.durable()));

        Sent sent = rig.send(partition, batch(2, 10, 7, (short) 0, 0));
        assertThat(sent.done()).isFalse();
        assertThat(partition.leaderView().highWatermark()).isEqualTo(new LogPosition(0, 0));
        Sent retry = rig.send(partition, batch(2, 10, 7, (short) 0, 0));
        assertThat(retry.done()).isFalse();

        rig.flush();

        assertThat(sent.done()).isTrue();
        assertThat(sent.firstOffset()).isZero();
        assertThat(retry.done()).isTrue();
        assertThat(retry.firstOffset()).isZero();
        assertThat(partition.leaderView().highWatermark().offset()).isEqualTo(2);
    }

    @Test
    void aParkedProduceTimesOut() {
        Partition partition = rig.open("t", 0, topic(t -> t.durable()));
        Sent sent =
                offer(
                        partition,
                        new Sent(batch(1, 10), (short) -1, rig.clock.nanoTime() + 1_000_000_000L));
        rig.settle();

        rig.clock.advance(Duration.ofMillis(1_100));
        rig.settle();

        assertThat(sent.error()).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
    }

    @Test
    void deadlinesThatComeAndGoKeepOneTimer() {
        Partition partition = rig.open("t", 0, topic(t -> t.durable()));
        int before = rig.timers.pending();

        for (int i = 0; i < 20; i++) {
            for (long seconds : new long[] {30, 1, 30}) {
                long deadline = rig.clock.nanoTime() + Duration.ofSeconds(seconds).toNanos();
                offer(partition, new Sent(batch(1, 10), (short) -1, deadline));
            }
            rig.clock.advance(Duration.ofMillis(1_100));
            rig.settle();
        }

        assertThat(rig.timers.pending() - before).isEqualTo(1);
    }

    @Test
    void aDeadlineBeforeTheOneThatIsTimedIsKept() {
        Partition partition = rig.open("t", 0, topic(t -> t.durable()));
        long now = rig.clock.nanoTime();
        Sent late = offer(partition, new Sent(batch(1, 10), (short) -1, now + 30_000_000_000L));
        Sent early = offer(partition, new Sent(batch(1, 10), (short) -1, now + 1_000_000_000L));

        rig.clock.advance(Duration.ofMillis(1_100));
        rig.settle();
        assertThat(early.error()).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
        assertThat(late.done()).isFalse();

        rig.clock.advance(Duration.ofSeconds(30));
        rig.settle();
        assertThat(late.error()).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
    }

    @Test
    void aNewTermAcknowledgesWhatBecameDurableMeanwhile() {
        Partition partition = rig.open("t", 0, topic(t -> t.durable()));
        Sent sent = rig.send(partition, batch(1, 10));
        assertThat(sent.done()).isFalse();

        // the sync has returned, its signal is on the way, and the new term is first
        rig.log("t", 0).sync();
        rig.partitions.changeRole(partition.id(), PartitionRig.led(0, 1));
        rig.settle();
        partition.flushed();
        rig.settle();

        assertThat(partition.leaderView().highWatermark().offset()).isEqualTo(1);
        assertThat(sent.done()).isTrue();
        assertThat(sent.error()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void theHighWatermarkDoesNotGoBackWithANewTerm() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.send(partition, batch(3, 10));

        rig.partitions.configure(partition.id(), topic(t -> t.durable()));
        rig.partitions.changeRole(partition.id(), PartitionRig.led(0, 1));
        rig.settle();

        assertThat(rig.log("t", 0).durableEnd().offset()).isZero();
        assertThat(partition.leaderView().highWatermark().offset()).isEqualTo(3);
    }

    @Test
    void aFailedSyncTakesThePartitionOutOfService() {
        Partition partition = rig.open("t", 0, topic(t -> t.durable()));
        rig.log("t", 0).failSync = new StorageException(StorageException.Reach.LOG, "fsync: EIO");
        Sent sent = rig.send(partition, batch(1, 10));

        rig.flush();

        assertThat(sent.error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(partition.outOfService()).contains("EIO");
    }

    @Test
    void aSyncThatFoundNoRoomIsTriedAgain() {
        Partition partition = rig.open("t", 0, topic(t -> t.durable()));
        rig.log("t", 0).failSync = new StorageException(StorageException.Reach.CALL, "disk full");
        Sent sent = rig.send(partition, batch(1, 10));
        rig.flush();
        assertThat(partition.outOfService()).isNull();

        rig.log("t", 0).failSync = null;
        Sent next = rig.send(partition, batch(1, 10));
        rig.flush();

        assertThat(sent.firstOffset()).isZero();
        assertThat(next.firstOffset()).isEqualTo(1);
    }

    @Test
    void aSyncThatIsShortOfSomethingIsTriedAgainByItself() {
        Partition partition = rig.open("t", 0, topic(t -> t.durable()));
        rig.log("t", 0).failSync =
                new StorageException(StorageException.Reach.CALL, "Too many open files");
        Sent sent = rig.send(partition, batch(1, 10));
        for (int i = 0; i < 5; i++) {
            rig.flush();
            rig.clock.advance(Duration.ofSeconds(1));
            rig.settle();
        }
        assertThat(sent.done()).isFalse();
        assertThat(rig.timers.pending()).as("timers, its deadline included").isLessThan(4);

        rig.log("t", 0).failSync = null;
        rig.clock.advance(Duration.ofSeconds(1));
        rig.settle();
        rig.flush();

        assertThat(sent.firstOffset()).isZero();
        assertThat(partition.outOfService()).isNull();
    }

    @Test
    void aLogWhoseStateCannotBeReadCanBeOpenedAgain() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.send(partition, batch(1, 10));
        HeapLog log = rig.log("t", 0);
        log.sync();
        log.crash();
        PartitionRig next = new PartitionRig(rig.store, Map.of());
        log.failRead = new StorageException(StorageException.Reach.CALL, "Too many open files");
        var opened = next.partitions.open(PartitionRig.id("t", 0), PartitionRig.led(0, 0), TOPIC);
        assertThat(opened.toCompletableFuture()).isCompletedExceptionally();
        assertThat(log.closed).isTrue();

        log.failRead = null;
        assertThat(next.open("t", 0, TOPIC).log().end().offset()).isEqualTo(1);
    }

    @Test
    void flushMessagesAndFlushMsAskForASync() {
        Partition byCount = rig.open("count", 0, topic(t -> t.flush(3, Long.MAX_VALUE)));
        Partition byTime = rig.open("time", 0, topic(t -> t.flush(Long.MAX_VALUE, 50)));

        rig.send(byCount, batch(2, 10));
        assertThat(rig.flushesAsked()).isZero();
        rig.send(byCount, batch(1, 10));
        assertThat(rig.flushesAsked()).isEqualTo(1);
        rig.flush();

        rig.send(byTime, batch(1, 10));
        assertThat(rig.flushesAsked()).isZero();
        rig.clock.advance(Duration.ofMillis(60));
        rig.settle();
        assertThat(rig.flushesAsked()).isEqualTo(1);
    }

    @Test
    void producersSurviveACleanStop() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.send(partition, batch(2, 10, 7, (short) 1, 0));
        rig.stop();

        PartitionRig next = new PartitionRig(rig.store, Map.of());
        Partition again = next.open("t", 0, TOPIC);

        assertThat(next.send(again, batch(2, 10, 7, (short) 1, 0)).firstOffset()).isZero();
        assertThat(next.send(again, batch(1, 10, 7, (short) 1, 9)).error())
                .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(next.send(again, batch(1, 10, 7, (short) 1, 2)).firstOffset()).isEqualTo(2);
    }

    @Test
    void producersAreReadFromTheLogAfterACrash() {
        Partition partition = rig.open("t", 0, topic(t -> t.segmentBytes(400)));
        for (int i = 0; i < 12; i++) {
            rig.send(partition, batch(1, 100, 7, (short) 1, i));
        }
        assertThat(rig.log("t", 0).offsets(SidecarKind.PRODUCER_STATE)).isNotEmpty();
        rig.log("t", 0).damageLatest(SidecarKind.PRODUCER_STATE);

        PartitionRig next = new PartitionRig(rig.store, Map.of());
        Partition again = next.open("t", 0, TOPIC);

        assertThat(next.send(again, batch(1, 100, 7, (short) 1, 9)).firstOffset()).isEqualTo(9);
        assertThat(next.send(again, batch(1, 100, 7, (short) 1, 12)).firstOffset()).isEqualTo(12);
    }

    /** Sends so many batches of one record each, then what the next partition says to all again. */
    private static void retried(PartitionRig next, Partition again, int from, int to) {
        for (int i = to - 1; i >= from; i--) {
            Sent retry = next.send(again, batch(1, 100, 7, (short) 1, i));
            assertThat(retry.error()).as("retry of %s", i).isEqualTo(ErrorCode.NONE);
            assertThat(retry.firstOffset()).as("retry of %s", i).isEqualTo(i);
        }
        assertThat(next.send(again, batch(1, 100, 7, (short) 1, to + 3)).error())
                .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(next.send(again, batch(1, 100, 7, (short) 1, to)).firstOffset()).isEqualTo(to);
    }

    private Partition written(int batches, int segmentBytes) {
        Partition partition = rig.open("t", 0, topic(t -> t.segmentBytes(segmentBytes)));
        for (int i = 0; i < batches; i++) {
            rig.send(partition, batch(1, 100, 7, (short) 1, i));
        }
        return partition;
    }

    @Test
    void fiveBatchesOfAProducerSurviveACleanStop() {
        written(12, 1 << 20);
        rig.stop();

        PartitionRig next = new PartitionRig(rig.store, Map.of());
        retried(next, next.open("t", 0, TOPIC), 7, 12);
    }

    @Test
    void theBatchesBeforeASnapshotSurviveAKillAfterIt() {
        written(6, 1_000);
        rig.flush();
        assertThat(rig.log("t", 0).offsets(SidecarKind.PRODUCER_STATE)).isNotEmpty();
        rig.log("t", 0).kill();

        PartitionRig next = new PartitionRig(rig.store, Map.of());
        retried(next, next.open("t", 0, TOPIC), 1, 6);
    }

    @Test
    void aSnapshotOfNobodyNeedsNoBatchesAndNothingIsReadBeforeIt() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.send(partition, batch(5, 20));
        rig.stop();
        assertThat(rig.log("t", 0).offsets(SidecarKind.PRODUCER_STATE)).containsExactly(5L);
        assertThat(rig.log("t", 0).offsets(SidecarKind.PRODUCER_BATCHES)).isEmpty();

        PartitionState state =
                PartitionState.of(
                        "t-0",
                        rig.log("t", 0),
                        ProducerBounds.of(rig.config),
                        rig.clock.wallMillis());

        assertThat(state.replayedBatches()).isZero();
        assertThat(state.newestSnapshot()).isEqualTo(5);
    }

    @Test
    void damagedBatchesAreReadFromTheLogAgain() {
        written(12, 400);
        rig.stop();
        rig.log("t", 0).damageLatest(SidecarKind.PRODUCER_BATCHES);

        PartitionRig next = new PartitionRig(rig.store, Map.of());
        retried(next, next.open("t", 0, TOPIC), 7, 12);
    }

    @Test
    void aSnapshotOfAnotherBrokerIsBelievedAndTheLogBeforeItRead() {
        written(12, 1 << 20);
        rig.stop();
        rig.log("t", 0).removeFrom(SidecarKind.PRODUCER_BATCHES, 0);

        PartitionRig next = new PartitionRig(rig.store, Map.of());
        retried(next, next.open("t", 0, TOPIC), 7, 12);
    }

    @Test
    void withoutBatchesNoMoreIsReadThanTheSegmentBeforeTheLatestSnapshot() {
        written(40, 400);
        rig.stop();
        rig.log("t", 0).removeFrom(SidecarKind.PRODUCER_BATCHES, 0);
        List<Long> snapshots = rig.log("t", 0).offsets(SidecarKind.PRODUCER_STATE);

        PartitionState state =
                PartitionState.of(
                        "t-0",
                        rig.log("t", 0),
                        ProducerBounds.of(rig.config),
                        rig.clock.wallMillis());

        assertThat(state.replayedBatches())
                .isEqualTo(40 - snapshots.get(snapshots.size() - 2))
                .isLessThan(5);
    }

    @Test
    void aProducerGoesOnAfterItsRecordsWereDeletedAndTheBrokerKilled() {
        Partition partition = written(12, 400);
        rig.flush();
        partition.advanceStart(Partition.HIGH_WATERMARK);
        rig.settle();
        rig.log("t", 0).kill(); // before anything that was put for the deletion is written

        PartitionRig next = new PartitionRig(rig.store, Map.of());
        Partition again = next.open("t", 0, TOPIC);

        Sent sent = next.send(again, batch(1, 100, 7, (short) 1, 12));
        assertThat(sent.error()).isEqualTo(ErrorCode.NONE);
        assertThat(sent.firstOffset()).isEqualTo(12);
    }

    @Test
    void retriesOfDeletedRecordsAreRecognisedAfterAKill() {
        Partition partition = written(12, 400);
        rig.flush();
        partition.advanceStart(Partition.HIGH_WATERMARK);
        rig.settle();
        rig.flush();
        rig.log("t", 0).kill();

        PartitionRig next = new PartitionRig(rig.store, Map.of());
        retried(next, next.open("t", 0, TOPIC), 7, 12);
    }

    @Test
    void aProducerThatWasForgottenForItsSilenceStaysForgotten() {
        written(3, 1 << 20);
        rig.stop();
        rig.clock.advance(rig.config.get(PartitionSettings.PRODUCER_EXPIRATION).plusMillis(1));

        PartitionState state =
                PartitionState.of(
                        "t-0",
                        rig.log("t", 0),
                        ProducerBounds.of(rig.config),
                        rig.clock.wallMillis());

        assertThat(state.producers().size()).isZero();
    }

    @Test
    void aCompletionThatThrowsHarmsNobodyElse() {
        Partition partition = rig.open("t", 0, topic(t -> t.durable()));
        offerThrowing(partition);
        Sent good = offer(partition, new Sent(batch(1, 10)));
        rig.flush();
        offerThrowing(partition);
        rig.log("t", 0).failAppend =
                new StorageException(StorageException.Reach.CALL, "the disk is full");
        offerThrowing(partition);
        Sent after = offer(partition, new Sent(batch(1, 10)));
        rig.flush();

        assertThat(good.error()).isEqualTo(ErrorCode.NONE);
        assertThat(after.error()).isEqualTo(ErrorCode.NONE);
        assertThat(partition.outOfService()).isNull();
        partition.failed(new IllegalStateException("a defect"));
        offerThrowing(partition);
        rig.settle();
        assertThat(partition.outOfService()).contains("a defect");
        assertThat(rig.send(partition, batch(1, 10)).error())
                .isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
    }

    private static void offerThrowing(Partition partition) {
        Throwing batch = new Throwing(batch(1, 10));
        assertThat(partition.mailbox().tryTake(batch.sizeInBytes())).isTrue();
        partition.mailbox().offer(batch);
    }

    /** A batch whose maker has a defect. */
    private static final class Throwing extends AppendBatch {
        Throwing(RecordBatch batch) {
            super(batch, (short) -1, Long.MAX_VALUE);
        }

        @Override
        protected void completed() {
            throw new IllegalStateException("a defect of whoever produces");
        }
    }

    @Test
    void aReaderThatThrowsHarmsNobodyElse() {
        Partition partition = rig.open("t", 0, TOPIC);
        int[] told = {0};
        partition
                .progress()
                .add(() -> {
                    throw new IllegalStateException("a defect of a reader");
                });
        partition.progress().add(() -> told[0]++);

        assertThat(rig.send(partition, batch(1, 10)).error()).isEqualTo(ErrorCode.NONE);
        assertThat(told[0]).isEqualTo(1);
        assertThat(partition.outOfService()).isNull();
    }

    @Test
    void aPartitionThatOpensWhileTheLastOfItsTopicGoesIsFound() {
        List<Runnable> held = new ArrayList<>();
        boolean[] hold = {false};
        PartitionRig slow =
                new PartitionRig(
                        rig.store,
                        Map.of(),
                        new Blocking() {
                            @Override
                            public <T> CompletionStage<T> run(String what, Callable<T> task) {
                                Blocking inline = new PartitionRig.InlineBlocking();
                                if (!hold[0]) {
                                    return inline.run(what, task);
                                }
                                CompletableFuture<Void> go = new CompletableFuture<>();
                                held.add(() -> go.complete(null));
                                return go.thenCompose(nothing -> inline.run(what, task));
                            }
                        });
        slow.open("t", 0, TOPIC);
        hold[0] = true;
        CompletionStage<Void> grown =
                slow.partitions.open(PartitionRig.id("t", 1), PartitionRig.led(1, 0), TOPIC);
        hold[0] = false;
        slow.partitions.delete(PartitionRig.id("t", 0));
        slow.settle();
        held.forEach(Runnable::run);
        slow.settle();
        grown.toCompletableFuture().join();

        assertThat(slow.partitions.find("t", 1)).isNotNull();
        assertThat(slow.partitions.all()).hasSize(1);
        Partition second = slow.find("t", 1);
        slow.partitions.delete(PartitionRig.id("t", 1));
        slow.settle();
        assertThat(slow.partitions.all()).isEmpty();
        assertThat(slow.partitions.find(PartitionRig.topicId("t"))).isNull();
        assertThat(slow.partitions.find("t")).isNull();
        assertThat(second.stopped()).isTrue();
    }

    @Test
    void aTopicCreatedAgainHasItsNameWhenTheOldOneIsGone() {
        LogId old = new LogId(new TopicId(new UUID(9, 9)), new TopicPartition("t", 5));
        rig.open("t", 0, TOPIC);
        rig.partitions.open(old, PartitionRig.led(5, 0), TOPIC);
        rig.settle();
        rig.partitions.delete(old);
        rig.settle();

        assertThat(rig.partitions.find("t", 0)).isNotNull();
    }

    @Test
    void retentionGoesOnAfterALookThatFailed() {
        Partition partition = rig.open("t", 0, topic(t -> t.retainBytes(1)));
        rig.send(partition, batch(3, 10));
        rig.partitions.start();
        rig.log("t", 0).failRetain = new AssertionError("a defect");
        rig.clock.advance(rig.config.get(PartitionSettings.RETENTION_INTERVAL));
        rig.settle();
        assertThat(rig.log("t", 0).bounds().startOffset()).isZero();

        rig.log("t", 0).failRetain = null;
        rig.log("t", 0).retainFrom = 2;
        rig.clock.advance(rig.config.get(PartitionSettings.RETENTION_INTERVAL));
        rig.settle();

        assertThat(rig.log("t", 0).bounds().startOffset()).isEqualTo(2);
    }

    @Test
    void noMoreReplicasAreAskedForThanThereAre() {
        Partition partition = rig.open("t", 0, topic(t -> t.minInsyncReplicas(3)));
        assertThat(rig.send(partition, batch(1, 10)).error()).isEqualTo(ErrorCode.NONE);

        oneOfTwoInSync(partition);

        assertThat(rig.send(partition, batch(1, 10)).error())
                .isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
    }

    private void oneOfTwoInSync(Partition partition) {
        rig.partitions.changeRole(
                partition.id(),
                new PartitionImage(
                        0,
                        List.of(PartitionRig.NODE, 2),
                        List.of(PartitionRig.NODE),
                        PartitionRig.NODE,
                        1,
                        1));
        rig.settle();
    }

    @Test
    void leaderEpochsAreKeptAndAnswered() {
        Partition partition = rig.open("t", 0, TOPIC, 1);
        rig.send(partition, batch(2, 10));
        rig.partitions.changeRole(partition.id(), PartitionRig.led(0, 4));
        rig.settle();
        rig.send(partition, batch(3, 10));
        rig.stop();

        PartitionRig next = new PartitionRig(rig.store, Map.of());
        LeaderView view = next.open("t", 0, TOPIC, 6).leaderView();

        assertThat(view.leaderEpoch()).isEqualTo(6);
        assertThat(view.epochs().endOf(1, 5)).isEqualTo(new LeaderEpochs.EpochEnd(1, 2));
        assertThat(view.epochs().endOf(2, 5)).isEqualTo(new LeaderEpochs.EpochEnd(1, 2));
        assertThat(view.epochs().endOf(4, 5)).isEqualTo(new LeaderEpochs.EpochEnd(4, 5));
        assertThat(view.epochs().endOf(6, 5)).isEqualTo(new LeaderEpochs.EpochEnd(6, 5));
        assertThat(view.epochs().endOf(7, 5)).isEqualTo(new LeaderEpochs.EpochEnd(-1, -1));
        assertThat(view.epochs().endOf(0, 5)).isEqualTo(new LeaderEpochs.EpochEnd(0, 0));
    }

    @Test
    void aPartitionLedElsewhereRefusesProduces() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.partitions.changeRole(
                partition.id(), new PartitionImage(0, List.of(1, 2), List.of(2), 2, 5, 5));
        rig.settle();

        assertThat(rig.send(partition, batch(1, 10)).error())
                .isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(partition.leaderView()).isNull();
    }

    @Test
    void acksAllNeedsTheInSyncReplicasThatTheTopicAsksFor() {
        Partition partition = rig.open("t", 0, topic(t -> t.minInsyncReplicas(2)));
        oneOfTwoInSync(partition);

        assertThat(rig.send(partition, batch(1, 10)).error())
                .isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThat(offer(partition, new Sent(batch(1, 10), (short) 1, Long.MAX_VALUE)).error())
                .isEqualTo(ErrorCode.NONE);
    }

    @Test
    void theBrokersClockReplacesTimestampsWhereTheTopicAsksForIt() {
        Partition partition = rig.open("t", 0, topic(t -> t.logAppendTime()));
        rig.clock.advance(Duration.ofSeconds(5));

        Sent sent = rig.send(partition, batch(2, 10));

        assertThat(sent.logAppendTime()).isEqualTo(rig.clock.wallMillis());
        assertThat(sent.batch().usesLogAppendTime()).isTrue();
        assertThat(sent.batch().maxTimestamp()).isEqualTo(rig.clock.wallMillis());
        assertThat(sent.batch().isCrcValid()).isTrue();
    }

    @Test
    void badBatchesAreRefusedBeforeTheyAreOffered() {
        Partition partition =
                rig.open(
                        "t",
                        0,
                        topic(t ->
                                t.maxMessageBytes(500)
                                        .segmentBytes(400)
                                        .timestampBounds(1_000, 1_000)));

        assertThat(check(partition, batch(1, 10).buffer())).isEqualTo(ErrorCode.NONE);
        assertThat(check(partition, batch(1, 600).buffer())).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
        assertThat(check(partition, batch(1, 380).buffer()))
                .isEqualTo(ErrorCode.RECORD_LIST_TOO_LARGE);
        assertThat(
                        check(
                                partition,
                                batch(1, 10, -1, (short) -1, -1, rig.clock.wallMillis() - 2_000)
                                        .buffer()))
                .isEqualTo(ErrorCode.INVALID_TIMESTAMP);
        ByteBuffer damaged = batch(1, 10).buffer();
        damaged.put(70, (byte) (damaged.get(70) ^ 1));
        assertThat(check(partition, damaged)).isEqualTo(ErrorCode.CORRUPT_MESSAGE);
        RecordBatch one = batch(1, 10);
        ByteBuffer two = ByteBuffer.allocate(2 * one.sizeInBytes());
        two.put(one.buffer().duplicate().rewind()).put(one.buffer().duplicate().rewind()).flip();
        assertThat(check(partition, two)).isEqualTo(ErrorCode.INVALID_RECORD);
    }

    private static ErrorCode check(Partition partition, ByteBuffer records) {
        ByteBuffer all = records.duplicate().rewind();
        Refusal refusal = partition.intake().check(all, (short) 9, new CRC32C());
        return refusal == null ? ErrorCode.NONE : refusal.error();
    }

    @Test
    void theStartMovesUpToTheHighWatermarkAndNoFurther() {
        Partition partition = rig.open("t", 0, TOPIC);
        for (int i = 0; i < 4; i++) {
            rig.send(partition, batch(1, 10));
        }

        var moved = partition.advanceStart(3).toCompletableFuture();
        var back = partition.advanceStart(1).toCompletableFuture();
        var beyond = partition.advanceStart(5).toCompletableFuture();
        rig.settle();

        assertThat(moved.join()).isEqualTo(3);
        assertThat(back.join()).isEqualTo(3);
        assertThat(partition.leaderView().startOffset()).isEqualTo(3);
        assertThatThrownBy(beyond::join).hasCauseInstanceOf(OffsetOutOfRangeException.class);
        var all = partition.advanceStart(Partition.HIGH_WATERMARK).toCompletableFuture();
        rig.settle();
        assertThat(all.join()).isEqualTo(4);
    }

    @Test
    void retentionDropsWhatTheStoreLetsGo() {
        Partition partition = rig.open("t", 0, topic(t -> t.retainBytes(100)));
        for (int i = 0; i < 4; i++) {
            rig.send(partition, batch(1, 10));
        }
        rig.log("t", 0).retainFrom = 2;

        rig.partitions.start();
        rig.clock.advance(Duration.ofMinutes(6));
        rig.settle();

        assertThat(partition.leaderView().startOffset()).isEqualTo(2);
    }

    @Test
    void silentProducersAreForgotten() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.send(partition, batch(1, 10, 7, (short) 0, 0));
        rig.partitions.start();

        rig.clock.advance(Duration.ofHours(25));
        rig.settle();

        assertThat(rig.send(partition, batch(1, 10, 7, (short) 0, 50)).error())
                .isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aDeletedPartitionIsNotFoundAndRefusesWhoStillHoldsIt() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.partitions.delete(partition.id());
        rig.settle();

        assertThat(rig.partitions.find("t", 0)).isNull();
        assertThat(partition.stopped()).isTrue();
        assertThat(rig.store.stored()).isEmpty();
        assertThat(rig.send(partition, batch(1, 10)).error())
                .isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void aLogThatDoesNotOpenLeavesThePartitionOffline() {
        rig.store.failOpen = new StorageException(StorageException.Reach.LOG, "no such device");

        var opened = rig.partitions.open(PartitionRig.id("t", 0), PartitionRig.led(0, 0), TOPIC);

        assertThat(opened.toCompletableFuture()).isCompletedExceptionally();
        assertThat(rig.partitions.find("t").absence(0)).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
    }

    @Test
    void aSlowWriteSendsTheDirectoryToTheDrainThreads() {
        DrainSite site = new DrainSite(1_000);
        site.wrote(2_000);
        assertThat(site.workersOnly()).isTrue();
        for (int i = 0; i < 63; i++) {
            site.wrote(10);
        }
        assertThat(site.workersOnly()).isTrue();
        site.wrote(10);
        assertThat(site.workersOnly()).isFalse();
    }
}
