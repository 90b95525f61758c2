package mortise.broker.partition.api;

import static mortise.broker.partition.PartitionRig.TOPIC;
import static mortise.broker.partition.PartitionRig.batch;
import static mortise.broker.partition.PartitionRig.topic;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.broker.partition.FakeRequest;
import mortise.broker.partition.Partition;
import mortise.broker.partition.PartitionRig;
import mortise.broker.request.Access;
import mortise.record.Codecs;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.spi.auth.Authorizer;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.UnreadableDataException;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.DeleteRecordsRequest;
import mortise.wire.message.DeleteRecordsRequest.DeleteRecordsPartition;
import mortise.wire.message.DeleteRecordsRequest.DeleteRecordsTopic;
import mortise.wire.message.DeleteRecordsResponse;
import mortise.wire.message.DeleteRecordsResponse.DeleteRecordsPartitionResult;
import mortise.wire.message.InitProducerIdRequest;
import mortise.wire.message.InitProducerIdResponse;
import mortise.wire.message.ListOffsetsRequest;
import mortise.wire.message.ListOffsetsRequest.ListOffsetsPartition;
import mortise.wire.message.ListOffsetsRequest.ListOffsetsTopic;
import mortise.wire.message.ListOffsetsResponse;
import mortise.wire.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import mortise.wire.message.OffsetForLeaderEpochRequest;
import mortise.wire.message.OffsetForLeaderEpochRequest.OffsetForLeaderPartition;
import mortise.wire.message.OffsetForLeaderEpochRequest.OffsetForLeaderTopic;
import mortise.wire.message.OffsetForLeaderEpochResponse;
import mortise.wire.message.OffsetForLeaderEpochResponse.EpochEndOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OffsetApisTest {
    private static final Access OPEN = new Access(Authorizer.ALLOW_ALL);

    private final PartitionRig rig = new PartitionRig();
    private final ListOffsetsHandler offsets =
            new ListOffsetsHandler(
                    rig.partitions,
                    OPEN,
                    new BatchOpenings(rig.blocking, Codecs.of()),
                    rig.config,
                    rig.clock);

    private ListOffsetsPartitionResponse list(int version, long timestamp) {
        return list(version, timestamp, -1);
    }

    private ListOffsetsPartitionResponse list(int version, long timestamp, int epoch) {
        FakeRequest context = new FakeRequest(ApiKey.LIST_OFFSETS, version);
        offsets.handle(
                context,
                new ListOffsetsRequest()
                        .replicaId(-1)
                        .topics(
                                List.of(
                                        new ListOffsetsTopic()
                                                .name("t")
                                                .partitions(
                                                        List.of(
                                                                new ListOffsetsPartition()
                                                                        .partitionIndex(0)
                                                                        .currentLeaderEpoch(epoch)
                                                                        .timestamp(timestamp))))));
        return context.answer(ListOffsetsResponse.class)
                .topics()
                .getFirst()
                .partitions()
                .getFirst();
    }

    private static RecordBatch at(long... timestamps) {
        RecordBatchBuilder builder = RecordBatchBuilder.growing(256);
        for (long timestamp : timestamps) {
            builder.append(timestamp, null, ByteBuffer.allocate(8));
        }
        return builder.build();
    }

    private static RecordBatch zipped(long... timestamps) {
        RecordBatchBuilder builder = RecordBatchBuilder.growing(256).codec(Codecs.of().require(1));
        for (long timestamp : timestamps) {
            builder.append(timestamp, null, ByteBuffer.allocate(8));
        }
        return builder.build();
    }

    @Test
    void timestampsAreFoundExactlyToTheRecord() {
        Partition partition = rig.open("t", 0, TOPIC, 4);
        rig.send(partition, at(100, 300, 200));
        rig.send(partition, zipped(150, 400, 350));
        rig.send(partition, at(500));

        assertThat(list(5, 0).offset()).isZero();
        assertThat(list(5, 101).offset()).isEqualTo(1);
        assertThat(list(5, 101).timestamp()).isEqualTo(300);
        assertThat(list(5, 101).leaderEpoch()).isEqualTo(4);
        assertThat(list(5, 301).offset()).isEqualTo(4);
        assertThat(list(5, 301).timestamp()).isEqualTo(400);
        assertThat(list(5, 500).offset()).isEqualTo(6);
        assertThat(list(5, 501).offset()).isEqualTo(-1);
        assertThat(list(5, 501).timestamp()).isEqualTo(-1);
        assertThat(list(1, 101).leaderEpoch()).isEqualTo(-1);
    }

    @Test
    void aHeaderThatLiesIsPassedOverAndABatchThatDoesNotOpenCountsByItsHeader() {
        Partition partition = rig.open("t", 0, TOPIC);
        RecordBatch liar = at(100, 110);
        liar.stampMaxTimestamp(9_000, new CRC32C());
        rig.send(partition, liar);
        rig.send(partition, at(120));
        rig.send(partition, at(700));

        assertThat(list(5, 600).offset()).isEqualTo(3);

        RecordBatch garbage = zipped(800, 900);
        for (int i = RecordBatch.HEADER_BYTES; i < garbage.sizeInBytes(); i++) {
            garbage.buffer().put(i, (byte) 0x55);
        }
        garbage.stampMaxTimestamp(900, new CRC32C());
        rig.send(partition, garbage);
        assertThat(list(5, 850).offset()).isEqualTo(4);
        assertThat(list(5, 850).timestamp()).isEqualTo(900);
    }

    @Test
    void theEndsAreAnsweredFromMemory() {
        Partition partition = rig.open("t", 0, TOPIC, 3);
        rig.send(partition, batch(5, 10));
        partition.advanceStart(2);
        rig.settle();

        assertThat(list(11, -1).offset()).isEqualTo(5);
        assertThat(list(11, -1).leaderEpoch()).isEqualTo(3);
        assertThat(list(11, -2).offset()).isEqualTo(2);
        assertThat(list(11, -2).leaderEpoch()).isEqualTo(3);
        assertThat(list(11, -4).offset()).isEqualTo(2);
        assertThat(list(11, -5).offset()).isEqualTo(-1);
        assertThat(list(11, -6).offset()).isEqualTo(-1);
    }

    @Test
    void aLookupThatIsRefusedTakesNothingOutOfService() {
        Partition partition = rig.open("t", 0, TOPIC, 4);
        rig.send(partition, at(100, 300, 200));
        rig.log("t", 0).failRead =
                new UnreadableDataException(true, "no batch header at 0", new IOException());
        assertThat(list(5, 101).errorCode()).isEqualTo(ErrorCode.CORRUPT_MESSAGE.code());
        rig.log("t", 0).failRead =
                new StorageException(StorageException.Reach.LOG, "of a store that errs");
        assertThat(list(5, 101).errorCode()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR.code());
        rig.settle();

        assertThat(partition.outOfService()).isNull();
        rig.log("t", 0).failRead = null;
        rig.send(partition, at(400));
        assertThat(list(5, 101).offset()).isEqualTo(1);
    }

    @Test
    void theLargestTimestampIsThatOfARecord() {
        Partition partition = rig.open("t", 0, TOPIC);
        assertThat(list(7, -3).offset()).isEqualTo(-1);
        rig.send(partition, at(100, 900, 200));
        rig.send(partition, at(300));

        assertThat(list(7, -3).offset()).isEqualTo(1);
        assertThat(list(7, -3).timestamp()).isEqualTo(900);
    }

    @ParameterizedTest
    @CsvSource({"6,-3", "7,-4", "8,-5", "10,-6", "11,-7"})
    void specialTimestampsOfLaterVersionsAreRefused(int version, long timestamp) {
        rig.open("t", 0, TOPIC);

        assertThat(list(version, timestamp).errorCode())
                .isEqualTo(ErrorCode.UNSUPPORTED_VERSION.code());
    }

    @Test
    void epochsFenceAndUnknownPartitionsAreUnknown() {
        assertThat(list(4, -1).errorCode()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
        rig.open("t", 0, TOPIC, 3);

        assertThat(list(4, -1, 2).errorCode()).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH.code());
        assertThat(list(4, -1, 4).errorCode()).isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH.code());
        assertThat(list(4, -1, 3).errorCode()).isZero();
    }

    @Test
    void epochsAreAnsweredWithTheirEnds() {
        Partition partition = rig.open("t", 0, TOPIC, 1);
        rig.send(partition, batch(3, 10));
        rig.partitions.changeRole(partition.id(), PartitionRig.led(0, 5));
        rig.settle();
        rig.send(partition, batch(1, 10));

        assertThat(epochEnd(1)).isEqualTo(new EpochEndOffset().leaderEpoch(1).endOffset(3));
        assertThat(epochEnd(4)).isEqualTo(new EpochEndOffset().leaderEpoch(1).endOffset(3));
        assertThat(epochEnd(5)).isEqualTo(new EpochEndOffset().leaderEpoch(5).endOffset(4));
        assertThat(epochEnd(6)).isEqualTo(new EpochEndOffset().leaderEpoch(-1).endOffset(-1));
    }

    private EpochEndOffset epochEnd(int epoch) {
        FakeRequest context = new FakeRequest(ApiKey.OFFSET_FOR_LEADER_EPOCH, 4);
        new OffsetForLeaderEpochHandler(rig.partitions, OPEN)
                .handle(
                        context,
                        new OffsetForLeaderEpochRequest()
                                .topics(
                                        List.of(
                                                new OffsetForLeaderTopic()
                                                        .topic("t")
                                                        .partitions(
                                                                List.of(
                                                                        new OffsetForLeaderPartition()
                                                                                .leaderEpoch(
                                                                                        epoch))))));
        return context.answer(OffsetForLeaderEpochResponse.class)
                .topics()
                .getFirst()
                .partitions()
                .getFirst();
    }

    @Test
    void recordsAreDeletedUpToTheHighWatermark() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.send(partition, batch(3, 10));

        assertThat(delete(2).lowWatermark()).isEqualTo(2);
        assertThat(delete(1).lowWatermark()).isEqualTo(2);
        assertThat(delete(4).errorCode()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE.code());
        assertThat(delete(4).lowWatermark()).isEqualTo(-1);
        assertThat(delete(-2).errorCode()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE.code());
        assertThat(delete(-1).lowWatermark()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"__consumer_offsets", "__transaction_state", "__share_group_state"})
    void recordsOfInternalTopicsAreNotDeleted(String name) {
        rig.send(rig.open(name, 0, TOPIC), batch(3, 10));

        assertThat(delete(name, 2).errorCode()).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION.code());
        assertThat(rig.log(name, 0).bounds().startOffset()).isZero();
    }

    @Test
    void recordsOfATopicThatIsOnlyCompactedAreNotDeleted() {
        rig.open("t", 0, topic(t -> t.keeping()));

        assertThat(delete(-1).errorCode()).isEqualTo(ErrorCode.POLICY_VIOLATION.code());
    }

    private DeleteRecordsPartitionResult delete(long offset) {
        return delete("t", offset);
    }

    private DeleteRecordsPartitionResult delete(String topic, long offset) {
        FakeRequest context = new FakeRequest(ApiKey.DELETE_RECORDS, 2);
        new DeleteRecordsHandler(rig.partitions, OPEN)
                .handle(
                        context,
                        new DeleteRecordsRequest()
                                .topics(
                                        List.of(
                                                new DeleteRecordsTopic()
                                                        .name(topic)
                                                        .partitions(
                                                                List.of(
                                                                        new DeleteRecordsPartition()
                                                                                .offset(
                                                                                        offset))))));
        rig.settle();
        return context.answer(DeleteRecordsResponse.class)
                .topics()
                .getFirst()
                .partitions()
                .getFirst();
    }

    @Test
    void idempotentProducersGetAnIdAndTransactionalOnesAreRefused() {
        InitProducerIdHandler handler =
                new InitProducerIdHandler(() -> CompletableFuture.completedFuture(4_711L), OPEN);

        assertThat(init(handler, null).producerId()).isEqualTo(4_711);
        assertThat(init(handler, null).producerEpoch()).isZero();
        assertThat(init(handler, "tx").errorCode()).isEqualTo(ErrorCode.UNSUPPORTED_VERSION.code());
        assertThat(init(handler, "").errorCode()).isEqualTo(ErrorCode.INVALID_REQUEST.code());
    }

    @Test
    void aFailingSourceOfIdsIsAnsweredWithItsReason() {
        InitProducerIdHandler handler =
                new InitProducerIdHandler(
                        () ->
                                CompletableFuture.failedFuture(
                                        new RefusedException(
                                                ErrorCode.REQUEST_TIMED_OUT, "no quorum")),
                        OPEN);

        assertThat(init(handler, null).errorCode()).isEqualTo(ErrorCode.REQUEST_TIMED_OUT.code());
        assertThat(init(handler, null).producerId()).isEqualTo(-1);
    }

    private static InitProducerIdResponse init(
            InitProducerIdHandler handler, String transactionalId) {
        FakeRequest context = new FakeRequest(ApiKey.INIT_PRODUCER_ID, 5);
        handler.handle(context, new InitProducerIdRequest().transactionalId(transactionalId));
        return context.answer(InitProducerIdResponse.class);
    }

    @Test
    void anAnswerThatCannotBeGivenCostsItsOwnRequestOnly() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.send(partition, batch(3, 10));
        FakeRequest defective =
                new FakeRequest(ApiKey.DELETE_RECORDS, 2) {
                    @Override
                    public void respond(ApiMessage message) {
                        throw new IllegalStateException("a defect of whoever answers");
                    }
                };
        new DeleteRecordsHandler(rig.partitions, OPEN)
                .handle(
                        defective,
                        new DeleteRecordsRequest()
                                .topics(
                                        List.of(
                                                new DeleteRecordsTopic()
                                                        .name("t")
                                                        .partitions(
                                                                List.of(
                                                                        new DeleteRecordsPartition()
                                                                                .partitionIndex(0)
                                                                                .offset(1))))));
        rig.settle();

        assertThat(delete("t", 2).lowWatermark()).isEqualTo(2);
        assertThat(rig.send(partition, batch(1, 10)).firstOffset()).isEqualTo(3);
        assertThat(partition.outOfService()).isNull();
    }
}
