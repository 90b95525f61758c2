package mortise.broker.fetch;

import static mortise.broker.fetch.FetchRig.offsets;
import static mortise.broker.fetch.FetchRig.only;
import static mortise.broker.fetch.FetchRig.partitions;
import static mortise.broker.partition.PartitionRig.TOPIC;
import static mortise.broker.partition.PartitionRig.batch;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import mortise.api.ErrorCode;
import mortise.broker.partition.FakeRequest;
import mortise.broker.partition.Partition;
import mortise.broker.partition.PartitionRig;
import mortise.broker.partition.TransactionalBatches;
import mortise.metadata.PartitionImage;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.UnreadableDataException;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.FetchResponse.PartitionData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchHandlerTest {
    private final FetchRig rig = new FetchRig();

    private Partition open(String topic, int index) {
        return rig.partitions.open(topic, index, TOPIC);
    }

    private void append(Partition partition, int batches) {
        for (int i = 0; i < batches; i++) {
            rig.partitions.send(partition, batch(1, 100));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18})
    void whatWasAppendedIsFetched(int version) {
        append(open("t", 0), 3);

        PartitionData data = only(rig.fetch().version(version).from("t", 0, 1).answer());

        assertThat(data.highWatermark()).isEqualTo(3);
        assertThat(data.lastStableOffset()).isEqualTo(3);
        assertThat(data.logStartOffset()).isZero();
        assertThat(data.abortedTransactions()).isNull();
        assertThat(offsets(data)).containsExactly(1L, 2L);
        assertThat(rig.partitions.log("t", 0).openSlices).isZero();
    }

    @Test
    void aFetchAtTheEndWaitsForTheNextAppend() {
        Partition partition = open("t", 0);
        FakeRequest waiting = rig.fetch().wait(500).from("t", 0, 0).send();
        assertThat(waiting.answered()).isFalse();
        assertThat(waiting.ordered()).isTrue();

        append(partition, 1);
        rig.turn();

        assertThat(offsets(only(waiting.answer(FetchResponse.class)))).containsExactly(0L);
    }

    @Test
    void aFetchAtTheEndIsAnsweredEmptyWhenItsTimeIsUp() {
        open("t", 0);
        FakeRequest waiting = rig.fetch().wait(500).from("t", 0, 0).send();

        rig.partitions.clock.advance(Duration.ofMillis(499));
        rig.turn();
        assertThat(waiting.answered()).isFalse();
        rig.partitions.clock.advance(Duration.ofMillis(2));
        rig.turn();

        PartitionData data = only(waiting.answer(FetchResponse.class));
        assertThat(data.errorCode()).isZero();
        assertThat(data.records().sizeInBytes()).isZero();
        assertThat(rig.partitions.timers.pending()).isZero();
    }

    @Test
    void aFetchWaitsUntilItsLeastBytesAreThere() {
        Partition partition = open("t", 0);
        FakeRequest waiting = rig.fetch().wait(500).minBytes(400).from("t", 0, 0).send();

        append(partition, 1);
        rig.turn();
        assertThat(waiting.answered()).isFalse();
        assertThat(rig.partitions.log("t", 0).openSlices).isZero();
        append(partition, 2);
        rig.turn();

        assertThat(offsets(only(waiting.answer(FetchResponse.class)))).containsExactly(0L, 1L, 2L);
    }

    @Test
    void aWaitingFetchHearsThatThePartitionIsLedElsewhere() {
        Partition partition = open("t", 0);
        FakeRequest waiting = rig.fetch().version(16).wait(500).from("t", 0, 0).send();

        rig.partitions.partitions.changeRole(
                partition.id(), new PartitionImage(0, List.of(2), List.of(2), 2, 9, 9));
        rig.partitions.settle();
        rig.turn();

        FetchResponse response = waiting.answer(FetchResponse.class);
        assertThat(only(response).errorCode()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER.code());
        assertThat(only(response).currentLeader().leaderId()).isEqualTo(2);
        assertThat(response.nodeEndpoints().getFirst().host()).isEqualTo("broker-2");
    }

    @Test
    void theFirstBatchComesWholeAndTheLimitHoldsForTheRest() {
        append(open("t", 0), 2);
        append(open("t", 1), 2);

        FetchResponse response = rig.fetch().maxBytes(10).from("t", 0, 0).from("t", 1, 0).answer();

        assertThat(offsets(partitions(response).get(0))).containsExactly(0L);
        assertThat(offsets(partitions(response).get(1))).isEmpty();
        assertThat(partitions(response).get(1).highWatermark()).isEqualTo(2);
        assertThat(rig.partitions.log("t", 1).openSlices).isZero();
    }

    @Test
    void coldDataIsReadOffTheEventLoopInTheOrderOfTheRequest() {
        append(open("t", 0), 2);
        append(open("t", 1), 2);
        rig.partitions.log("t", 0).recentFrom = 2;

        FetchResponse response = rig.fetch().from("t", 0, 0).from("t", 1, 0).answer();

        assertThat(offsets(partitions(response).get(0))).containsExactly(0L, 1L);
        assertThat(offsets(partitions(response).get(1))).containsExactly(0L, 1L);
    }

    @Test
    void offsetsOutsideOfTheLogAreRefused() {
        Partition partition = open("t", 0);
        append(partition, 3);
        partition.advanceStart(1);
        rig.partitions.settle();

        assertThat(error(rig.fetch().from("t", 0, 0).answer()))
                .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(error(rig.fetch().from("t", 0, 4).answer()))
                .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(only(rig.fetch().from("t", 0, 4).answer()).highWatermark()).isEqualTo(-1);
        assertThat(error(rig.fetch().from("t", 0, 3).answer())).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void epochsFenceAndDivergenceIsTold() {
        Partition partition = rig.partitions.open("t", 0, TOPIC, 2);
        append(partition, 2);
        rig.partitions.partitions.changeRole(partition.id(), PartitionRig.led(0, 5));
        rig.partitions.settle();
        append(partition, 2);

        assertThat(error(rig.fetch().from("t", 0, 0, 1000, 4, -1).answer()))
                .isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
        assertThat(error(rig.fetch().from("t", 0, 0, 1000, 6, -1).answer()))
                .isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH);
        assertThat(error(rig.fetch().from("t", 0, 2, 1000, 5, 2).answer()))
                .isEqualTo(ErrorCode.NONE);
        PartitionData diverged = only(rig.fetch().wait(500).from("t", 0, 3, 1000, 5, 2).answer());
        assertThat(diverged.divergingEpoch().epoch()).isEqualTo(2);
        assertThat(diverged.divergingEpoch().endOffset()).isEqualTo(2);
        assertThat(error(rig.fetch().from("t", 0, 2, 1000, 5, 9).answer()))
                .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void aClientBeyondTheEndIsToldWhereItsLogParted() {
        Partition partition = rig.partitions.open("t", 0, TOPIC, 2);
        append(partition, 2);
        rig.partitions.partitions.changeRole(partition.id(), PartitionRig.led(0, 5));
        rig.partitions.settle();

        PartitionData diverged = only(rig.fetch().wait(500).from("t", 0, 9, 1000, 5, 2).answer());

        assertThat(diverged.errorCode()).isZero();
        assertThat(diverged.divergingEpoch().epoch()).isEqualTo(2);
        assertThat(diverged.divergingEpoch().endOffset()).isEqualTo(2);
    }

    @Test
    void aFetchWhoseConnectionClosesIsOverAndLeavesItsSession() {
        open("t", 0);
        int id = rig.fetch().session(0, 0).from("t", 0, 0).answer().sessionId();
        FakeRequest waiting = rig.fetch().session(id, 1).wait(500).send();
        assertThat(waiting.answered()).isFalse();

        waiting.closeByPeer();

        assertThat(waiting.answeredNothing()).isTrue();
        assertThat(rig.partitions.timers.pending()).isZero();
        assertThat(rig.fetch().session(id, 2).answer().errorCode()).isZero();
    }

    @Test
    void aFetchWaitsNoLongerThanTheBrokerAllows() {
        FetchRig tight = new FetchRig(Map.of("fetch.max-wait", "1s"));
        tight.partitions.open("t", 0, TOPIC);
        FakeRequest waiting = tight.fetch().wait(Integer.MAX_VALUE).from("t", 0, 0).send();

        tight.partitions.clock.advance(Duration.ofMillis(999));
        tight.turn();
        assertThat(waiting.answered()).isFalse();
        tight.partitions.clock.advance(Duration.ofMillis(1));
        tight.turn();

        assertThat(waiting.answered()).isTrue();
        assertThat(tight.partitions.timers.pending()).isZero();
    }

    @Test
    void aFetchOfAClosedConnectionDoesNotBeginToWait() {
        open("t", 0);
        rig.closedFromTheStart = true;

        FakeRequest late = rig.fetch().wait(500).from("t", 0, 0).send();

        assertThat(late.answeredNothing()).isTrue();
        assertThat(rig.partitions.timers.pending()).isZero();
    }

    @Test
    void unknownTopicsAndReplicasAreRefused() {
        assertThat(error(rig.fetch().wait(500).from("no", 0, 0).answer()))
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(error(rig.fetch().version(13).wait(500).from("no", 0, 0).answer()))
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_ID);
        assertThat(rig.fetch().replica(2).from("no", 0, 0).answer().errorCode())
                .isEqualTo(ErrorCode.INVALID_REQUEST.code());
    }

    @Test
    void readCommittedHasAnEmptyListOfAbortedTransactions() {
        append(open("t", 0), 1);

        PartitionData data = only(rig.fetch().committed().from("t", 0, 0).answer());

        assertThat(data.abortedTransactions()).isEmpty();
        assertThat(offsets(data)).containsExactly(0L);
    }

    /** Transactions of before the log was opened: an aborted, a committed and an open one. */
    private void transactions() {
        TransactionalBatches batches =
                new TransactionalBatches(
                        rig.partitions.store.open(PartitionRig.id("t", 0), LogSettings.DEFAULTS));
        batches.data(7, 0);
        batches.data(8, 0);
        batches.abort(7, new AbortedTransaction(7, 0, 2, 1));
        batches.commit(8);
        batches.data(8, 1); // 4
        batches.data(7, 1); // 5
        batches.abort(8, new AbortedTransaction(8, 4, 6, 5));
        batches.plain(9, 0);
        open("t", 0);
    }

    @Test
    void readCommittedEndsAtTheFirstOpenTransactionAndNamesTheAborted() {
        transactions();

        PartitionData data = only(rig.fetch().committed().from("t", 0, 0).answer());

        assertThat(offsets(data)).containsExactly(0L, 1L, 2L, 3L, 4L);
        assertThat(data.highWatermark()).isEqualTo(8);
        assertThat(data.lastStableOffset()).isEqualTo(5);
        assertThat(data.abortedTransactions())
                .extracting(one -> one.producerId() + " from " + one.firstOffset())
                .containsExactly("7 from 0", "8 from 4");
        PartitionData behind = only(rig.fetch().committed().from("t", 0, 3).answer());
        assertThat(offsets(behind)).containsExactly(3L, 4L);
        assertThat(behind.abortedTransactions())
                .extracting(one -> one.producerId() + " from " + one.firstOffset())
                .containsExactly("8 from 4");
        PartitionData before = only(rig.fetch().committed().maxBytes(1).from("t", 0, 0).answer());
        assertThat(offsets(before)).containsExactly(0L);
        assertThat(before.abortedTransactions())
                .as("of what is read")
                .extracting(one -> one.producerId() + " from " + one.firstOffset())
                .containsExactly("7 from 0");
        assertThat(rig.partitions.log("t", 0).openSlices).isZero();
    }

    @Test
    void readUncommittedSeesEverythingAndNoListOfTheAborted() {
        transactions();

        PartitionData data = only(rig.fetch().from("t", 0, 0).answer());

        assertThat(offsets(data)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(data.lastStableOffset()).isEqualTo(5);
        assertThat(data.abortedTransactions()).isNull();
    }

    @Test
    void atTheLastStableOffsetReadCommittedWaits() {
        transactions();

        FakeRequest waiting = rig.fetch().committed().wait(500).from("t", 0, 5).send();
        append(rig.partitions.find("t", 0), 1);
        rig.turn();
        assertThat(waiting.answered()).isFalse();
        rig.partitions.clock.advance(Duration.ofMillis(501));
        rig.turn();

        PartitionData data = only(waiting.answer(FetchResponse.class));
        assertThat(data.errorCode()).isZero();
        assertThat(data.records().sizeInBytes()).isZero();
        assertThat(data.highWatermark()).isEqualTo(9);
    }

    @Test
    void aReadErrorIsAStorageErrorAndAFailedDirectoryGoesOffline() {
        Partition partition = open("t", 0);
        append(partition, 1);
        rig.partitions.log("t", 0).failRead =
                new StorageException(StorageException.Reach.DIRECTORY, "EIO");

        assertThat(error(rig.fetch().from("t", 0, 0).answer()))
                .isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        rig.partitions.settle();
        assertThat(partition.outOfService()).contains("EIO");
    }

    @Test
    void aReadThatIsRefusedTakesNothingOutOfService() {
        Partition partition = open("t", 0);
        append(partition, 3);
        for (StorageException refusal :
                List.of(
                        new UnreadableDataException(
                                true, "no batch header at 0", new IOException()),
                        new UnreadableDataException(false, "Input/output error", new IOException()),
                        new StorageException(StorageException.Reach.CALL, "Too many open files"),
                        // of a store that does not know better
                        new StorageException(StorageException.Reach.LOG, "unexpected"))) {
            boolean damaged =
                    refusal instanceof UnreadableDataException unreadable && unreadable.damaged();
            rig.partitions.log("t", 0).failRead = refusal;

            assertThat(error(rig.fetch().from("t", 0, 0).answer()))
                    .as("%s", refusal)
                    .isEqualTo(damaged ? ErrorCode.CORRUPT_MESSAGE : ErrorCode.KAFKA_STORAGE_ERROR);

            rig.partitions.settle();
            assertThat(partition.outOfService()).as("%s", refusal).isNull();
            rig.partitions.log("t", 0).failRead = null;
            append(partition, 1);
            assertThat(offsets(only(rig.fetch().from("t", 0, 1).answer()))).hasSizeGreaterThan(2);
        }
    }

    @Test
    void whatTheStoreIsShortOfLeavesThePartitionToAnotherAnswer() {
        append(open("t", 0), 1);
        append(open("t", 1), 1);
        rig.partitions.log("t", 1).failRead =
                new StorageException(StorageException.Reach.CALL, "Too many open files");
        rig.partitions.log("t", 1).recentFrom = Long.MAX_VALUE;

        List<PartitionData> both = partitions(rig.fetch().from("t", 0, 0).from("t", 1, 0).answer());

        assertThat(both).allSatisfy(data -> assertThat(data.errorCode()).isZero());
        assertThat(both.stream().flatMap(data -> offsets(data).stream())).containsExactly(0L);
    }

    // ---- sessions

    @ParameterizedTest
    @ValueSource(ints = {7, 12, 13, 18})
    void anIncrementTellsOnlyWhatChanged(int version) {
        Partition first = open("t", 0);
        open("t", 1);
        open("u", 0);
        append(first, 1);
        FetchResponse full =
                rig.fetch()
                        .version(version)
                        .session(0, 0)
                        .from("t", 0, 0)
                        .from("t", 1, 0)
                        .from("u", 0, 0)
                        .answer();
        int id = full.sessionId();
        assertThat(id).isPositive();
        assertThat(partitions(full)).hasSize(3);
        partitions(full).forEach(FetchRig::offsets);

        FetchResponse nothing =
                rig.fetch().version(version).session(id, 1).from("t", 0, 1).answer();
        assertThat(partitions(nothing)).isEmpty();
        assertThat(nothing.sessionId()).isEqualTo(id);

        append(rig.partitions.find("u", 0), 2);
        FetchResponse one = rig.fetch().version(version).session(id, 2).answer();
        assertThat(offsets(only(one))).containsExactly(0L, 1L);

        // not moved on: the same data again, as it would be with Apache Kafka
        FetchResponse again = rig.fetch().version(version).session(id, 3).answer();
        assertThat(offsets(only(again))).containsExactly(0L, 1L);

        FetchResponse moved = rig.fetch().version(version).session(id, 4).from("u", 0, 2).answer();
        assertThat(partitions(moved)).isEmpty();
    }

    @Test
    void anIncrementWaitsAndIsWokenByAnyOfItsPartitions() {
        for (int i = 0; i < 100; i++) {
            open("t", i);
        }
        FetchRig.Fetch all = rig.fetch().session(0, 0);
        for (int i = 0; i < 100; i++) {
            all.from("t", i, 0);
        }
        int id = all.answer().sessionId();

        FakeRequest waiting = rig.fetch().session(id, 1).wait(500).send();
        assertThat(waiting.answered()).isFalse();
        append(rig.partitions.find("t", 63), 1);
        append(rig.partitions.find("t", 64), 1);
        rig.turn();

        FetchResponse response = waiting.answer(FetchResponse.class);
        assertThat(partitions(response))
                .extracting(PartitionData::partitionIndex)
                .containsExactlyInAnyOrder(63, 64);
        partitions(response).forEach(FetchRig::offsets);
    }

    @Test
    void aForgottenPartitionIsToldNoMore() {
        Partition partition = open("t", 0);
        open("t", 1);
        int id = rig.fetch().session(0, 0).from("t", 0, 0).from("t", 1, 0).answer().sessionId();
        append(partition, 1);

        FetchResponse response = rig.fetch().session(id, 1).forget("t", 0).answer();

        assertThat(partitions(response)).isEmpty();
        assertThat(partition.toString()).isNotEmpty();
    }

    @Test
    void whoHadNoRoomComesFirstNextTime() {
        append(open("t", 0), 4);
        append(open("t", 1), 4);
        append(open("t", 2), 4);
        FetchResponse full =
                rig.fetch()
                        .session(0, 0)
                        .maxBytes(200)
                        .from("t", 0, 0)
                        .from("t", 1, 0)
                        .from("t", 2, 0)
                        .answer();
        int id = full.sessionId();
        assertThat(withData(full)).containsExactly(0);

        FetchResponse second = rig.fetch().session(id, 1).maxBytes(200).answer();
        FetchResponse third = rig.fetch().session(id, 2).maxBytes(200).answer();
        FetchResponse fourth = rig.fetch().session(id, 3).maxBytes(200).answer();

        assertThat(withData(second)).containsExactly(1);
        assertThat(withData(third)).containsExactly(2);
        assertThat(withData(fourth)).containsExactly(0);
    }

    private static List<Integer> withData(FetchResponse response) {
        return partitions(response).stream()
                .filter(data -> !offsets(data).isEmpty())
                .map(PartitionData::partitionIndex)
                .toList();
    }

    @Test
    void wrongSessionsAndEpochsAreRefused() {
        open("t", 0);
        int id = rig.fetch().session(0, 0).from("t", 0, 0).answer().sessionId();

        assertThat(rig.fetch().session(id + 1, 1).answer().errorCode())
                .isEqualTo(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code());
        assertThat(rig.fetch().session(id, 2).answer().errorCode())
                .isEqualTo(ErrorCode.INVALID_FETCH_SESSION_EPOCH.code());
        assertThat(rig.fetch().version(13).session(id, 1).answer().errorCode())
                .isEqualTo(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR.code());
        assertThat(rig.fetch().session(id, 1).answer().errorCode()).isZero();
        // a full fetch that names a session closes it
        assertThat(rig.fetch().session(id, -1).from("t", 0, 0).answer().sessionId()).isZero();
        assertThat(rig.fetch().session(id, 2).answer().errorCode())
                .isEqualTo(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code());
    }

    @Test
    void aSessionThatForgetsEverythingEnds() {
        open("t", 0);
        int id = rig.fetch().session(0, 0).from("t", 0, 0).answer().sessionId();

        FetchResponse response = rig.fetch().session(id, 1).wait(500).forget("t", 0).answer();

        assertThat(response.sessionId()).isZero();
        assertThat(rig.sessions.count()).isZero();
    }

    @Test
    void slotsAreBoundedAndAnIdleSessionMakesRoom() {
        FetchRig tight = new FetchRig(Map.of("fetch.session-slots", "2"));
        tight.partitions.open("t", 0, TOPIC);
        int first = tight.fetch().session(0, 0).from("t", 0, 0).answer().sessionId();
        int second = tight.fetch().session(0, 0).from("t", 0, 0).answer().sessionId();
        assertThat(second).isNotEqualTo(first);
        assertThat(tight.fetch().session(0, 0).from("t", 0, 0).answer().sessionId()).isZero();

        tight.partitions.clock.advance(Duration.ofMinutes(3));
        tight.fetch().session(second, 1).answer();
        int third = tight.fetch().session(0, 0).from("t", 0, 0).answer().sessionId();

        assertThat(third).isPositive();
        assertThat(tight.fetch().session(first, 1).answer().errorCode())
                .isEqualTo(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code());
        assertThat(tight.fetch().session(second, 2).answer().errorCode()).isZero();
    }

    @Test
    void partitionsOfSessionsAreBoundedAlsoWhereASessionGrows() {
        FetchRig tight = new FetchRig(Map.of("fetch.session-partitions", "2"));
        for (int i = 0; i < 4; i++) {
            tight.partitions.open("t", i, TOPIC);
        }
        int id = tight.fetch().session(0, 0).from("t", 0, 0).answer().sessionId();
        assertThat(tight.fetch().session(id, 1).from("t", 1, 0).answer().errorCode()).isZero();

        FetchResponse grown = tight.fetch().session(id, 2).from("t", 2, 0).answer();

        assertThat(grown.errorCode()).isEqualTo(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code());
        assertThat(tight.sessions.count()).isZero();
        FetchResponse full =
                tight.fetch()
                        .session(0, 0)
                        .from("t", 0, 0)
                        .from("t", 1, 0)
                        .from("t", 2, 0)
                        .answer();
        assertThat(full.sessionId()).isZero();
        assertThat(partitions(full)).hasSize(3);
    }

    @Test
    void aSessionKeepsNoNameThatIsTooLongForATopic() {
        open("t", 0);
        String longest = "l".repeat(249);
        String tooLong = "l".repeat(250);
        assertThat(rig.fetch().session(0, 0).from(tooLong, 0, 0).answer().sessionId()).isZero();
        assertThat(rig.sessions.count()).isZero();

        int id = rig.fetch().session(0, 0).from("t", 0, 0).answer().sessionId();
        assertThat(rig.fetch().session(id, 1).from(longest, 0, 0).answer().errorCode()).isZero();
        FetchResponse grown = rig.fetch().session(id, 2).from(tooLong, 0, 0).answer();

        assertThat(grown.errorCode()).isEqualTo(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code());
        assertThat(rig.sessions.count()).isZero();
    }

    @Test
    void aSessionFollowsATopicThatIsDeletedAndMadeAgain() {
        Partition partition = open("t", 0);
        append(partition, 1);
        int id = rig.fetch().session(0, 0).from("t", 0, 1).answer().sessionId();
        FakeRequest waiting = rig.fetch().session(id, 1).wait(500).send();

        rig.partitions.partitions.delete(partition.id());
        rig.partitions.settle();
        rig.turn();
        assertThat(error(waiting.answer(FetchResponse.class)))
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);

        append(open("t", 0), 3);
        assertThat(offsets(only(rig.fetch().session(id, 2).answer()))).containsExactly(1L, 2L);
    }

    private static ErrorCode error(FetchResponse response) {
        return ErrorCode.of(only(response).errorCode());
    }
}
