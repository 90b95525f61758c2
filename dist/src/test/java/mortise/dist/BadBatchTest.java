package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import mortise.api.ErrorCode;
import mortise.record.Codecs;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.wire.ApiKey;
import mortise.wire.Payload;
import mortise.wire.message.ListOffsetsRequest;
import mortise.wire.message.ListOffsetsRequest.ListOffsetsPartition;
import mortise.wire.message.ListOffsetsRequest.ListOffsetsTopic;
import mortise.wire.message.ListOffsetsResponse;
import mortise.wire.message.ProduceRequest;
import mortise.wire.message.ProduceRequest.PartitionProduceData;
import mortise.wire.message.ProduceRequest.TopicProduceData;
import mortise.wire.message.ProduceResponse;
import mortise.wire.message.ProduceResponse.PartitionProduceResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every check of a batch that the broker makes from its header alone, over the wire to a real
 * process: the producer is told code and reason, and nothing is stored.
 */
@ExtendWith(ErrorsPage.class)
class BadBatchTest {
    private static final int VERSION = 12;
    private static final int MAGIC_AT = 16;
    private static final int LENGTH_AT = 8;
    private static final int ATTRIBUTES_AT = 21;
    private static final int COUNT_AT = 57;
    private static final int LAST_OFFSET_DELTA_AT = 23;
    private static final String TOPIC = "checked";

    @TempDir static Path directory;

    private static BrokerProcess broker;
    private ByteConnection connection;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.start(directory.resolve("data"));
        create(TOPIC);
        create("good");
        create("timed", "--config", "message.timestamp.after.max.ms=3600000");
        create("small", "--config", "max.message.bytes=1000");
        create("compacted", "--config", "cleanup.policy=compact");
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @BeforeEach
    void connect() {
        connection = ByteConnection.to(broker.bootstrap());
    }

    @AfterEach
    void disconnect() {
        assertThat(endOffset()).as("nothing was stored").isZero();
        assertThat(answer("good", VERSION, good()).errorCode())
                .as("the same connection goes on")
                .isEqualTo(ErrorCode.NONE.code());
        connection.close();
    }

    private static void create(String topic, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "topics",
                                "create",
                                topic,
                                "--partitions",
                                "1",
                                "--bootstrap",
                                broker.bootstrap()));
        arguments.addAll(List.of(more));
        assertThat(BrokerProcess.run(arguments.toArray(String[]::new)).status()).isZero();
    }

    private static RecordBatchBuilder builder() {
        return RecordBatchBuilder.growing(1_024)
                .append(
                        System.currentTimeMillis(),
                        null,
                        ByteBuffer.wrap("value".getBytes(StandardCharsets.UTF_8)));
    }

    private static ByteBuffer good() {
        return builder().build().buffer();
    }

    /** The batch with a checksum that fits whatever was changed in it. */
    private static ByteBuffer sealed(ByteBuffer batch) {
        RecordBatch view = RecordBatch.of(batch);
        return batch.putInt(17, view.computeCrc(new CRC32C()));
    }

    private PartitionProduceResponse answer(String topic, int version, ByteBuffer... records) {
        List<PartitionProduceData> partitions = new ArrayList<>();
        for (ByteBuffer each : records) {
            partitions.add(
                    new PartitionProduceData().index(0).records(Payload.of(each.duplicate())));
        }
        ProduceRequest request =
                new ProduceRequest()
                        .acks((short) -1)
                        .timeoutMs(10_000)
                        .topicData(
                                List.of(
                                        new TopicProduceData()
                                                .name(topic)
                                                .partitionData(partitions)));
        return connection
                .call(ApiKey.PRODUCE, version, request, ProduceResponse.class)
                .responses()
                .getFirst()
                .partitionResponses()
                .getLast();
    }

    private void refused(ErrorCode code, ByteBuffer records) {
        refused(code, TOPIC, VERSION, records);
    }

    private void refused(ErrorCode code, String topic, int version, ByteBuffer records) {
        PartitionProduceResponse answer = answer(topic, version, records);
        assertThat(ErrorCode.of(answer.errorCode())).as(answer.errorMessage()).isEqualTo(code);
        assertThat(answer.baseOffset()).isEqualTo(-1);
        ErrorsPage.saw(code + ": " + answer.errorMessage());
    }

    private long endOffset() {
        ListOffsetsRequest request =
                new ListOffsetsRequest()
                        .replicaId(-1)
                        .topics(
                                List.of(
                                        new ListOffsetsTopic()
                                                .name(TOPIC)
                                                .partitions(
                                                        List.of(
                                                                new ListOffsetsPartition()
                                                                        .partitionIndex(0)
                                                                        .timestamp(-1)))));
        return connection
                .call(ApiKey.LIST_OFFSETS, 5, request, ListOffsetsResponse.class)
                .topics()
                .getFirst()
                .partitions()
                .getFirst()
                .offset();
    }

    @Test
    void aBatchOfAnotherFormatIsRefused() {
        refused(ErrorCode.INVALID_RECORD, good().put(MAGIC_AT, (byte) 1));
        refused(ErrorCode.CORRUPT_MESSAGE, good().put(MAGIC_AT, (byte) 3));
    }

    @Test
    void aWrongChecksumIsRefused() {
        ByteBuffer batch = good();
        int last = batch.limit() - 1;
        refused(ErrorCode.CORRUPT_MESSAGE, batch.put(last, (byte) (batch.get(last) ^ 1)));
    }

    @Test
    void aLengthThatIsNotTheBatchsIsRefused() {
        refused(ErrorCode.CORRUPT_MESSAGE, good().putInt(LENGTH_AT, 20));
        refused(ErrorCode.INVALID_RECORD, good().putInt(LENGTH_AT, 1_000));
        refused(ErrorCode.INVALID_RECORD, ByteBuffer.allocate(5));
    }

    @Test
    void twoBatchesForOnePartitionAreRefused() {
        ByteBuffer one = good();
        ByteBuffer two = ByteBuffer.allocate(2 * one.limit()).put(one).put(good()).flip();
        refused(ErrorCode.INVALID_RECORD, two);
    }

    @Test
    void aPartitionThatStandsTwiceInARequestIsRefused() {
        create("twice");
        PartitionProduceResponse second = answer("twice", VERSION, good(), good());
        assertThat(ErrorCode.of(second.errorCode())).isEqualTo(ErrorCode.INVALID_REQUEST);
        ErrorsPage.saw(ErrorCode.of(second.errorCode()) + ": " + second.errorMessage());
    }

    @Test
    void aCountThatIsNotThatOfTheOffsetsIsRefused() {
        refused(ErrorCode.INVALID_RECORD, sealed(good().putInt(COUNT_AT, 2)));
        refused(ErrorCode.INVALID_RECORD, sealed(good().putInt(COUNT_AT, 0)));
    }

    @Test
    void moreRecordsThanTheBytesHoldAreRefused() {
        int most = Integer.MAX_VALUE;
        refused(
                ErrorCode.INVALID_RECORD,
                sealed(good().putInt(COUNT_AT, most).putInt(LAST_OFFSET_DELTA_AT, most - 1)));
        ByteBuffer zipped =
                RecordBatchBuilder.growing(1_024)
                        .codec(Codecs.of().require(1))
                        .append(System.currentTimeMillis(), null, ByteBuffer.allocate(10))
                        .build()
                        .buffer();
        refused(
                ErrorCode.INVALID_RECORD,
                sealed(zipped.putInt(COUNT_AT, most).putInt(LAST_OFFSET_DELTA_AT, most - 1)));
    }

    @Test
    void anEpochThatNoProducerHasIsRefused() {
        ByteBuffer batch = good().putLong(43, 7).putShort(51, (short) -7).putInt(53, 0);
        refused(ErrorCode.INVALID_PRODUCER_EPOCH, sealed(batch));
    }

    @Test
    void recordsForAnInternalTopicAreRefused() {
        create("__consumer_offsets");
        refused(ErrorCode.INVALID_TOPIC_EXCEPTION, "__consumer_offsets", VERSION, good());
    }

    @Test
    void aBatchThatCannotBeReadEndsConsumingWithItsPlace() {
        create("undecodable");
        assertThat(answer("undecodable", VERSION, good()).errorCode()).isZero();
        ByteBuffer garbage = sealed(good().put(RecordBatch.HEADER_BYTES, (byte) 99));
        assertThat(answer("undecodable", VERSION, garbage).errorCode()).isZero();
        assertThat(answer("undecodable", VERSION, good()).errorCode()).isZero();

        BrokerProcess.Finished stopped = consumed("beginning");
        BrokerProcess.Finished behind = consumed("2");

        assertThat(stopped.status()).isEqualTo(1);
        assertThat(stopped.out().lines()).containsExactly("value");
        ErrorsPage.saw(stopped.err());
        assertThat(behind.status()).isZero();
        assertThat(behind.out().lines()).containsExactly("value");
    }

    private static BrokerProcess.Finished consumed(String from) {
        return BrokerProcess.run(
                "consume",
                "undecodable",
                "--partition",
                "0",
                "--from",
                from,
                "--bootstrap",
                broker.bootstrap());
    }

    @Test
    void aControlBatchFromAClientIsRefused() {
        refused(ErrorCode.INVALID_RECORD, sealed(good().putShort(ATTRIBUTES_AT, (short) 0x20)));
    }

    @Test
    void aNegativeSequenceWithAProducerIdIsRefused() {
        ByteBuffer batch = good().putLong(43, 7).putShort(51, (short) 0).putInt(53, -1);
        refused(ErrorCode.INVALID_RECORD, sealed(batch));
    }

    @Test
    void aRecordWithoutAKeyIsRefusedByACompactedTopic() {
        ByteBuffer plain = good();
        ByteBuffer compressed =
                RecordBatchBuilder.growing(1_024)
                        .codec(Codecs.of().require(1))
                        .append(System.currentTimeMillis(), plain, plain)
                        .append(System.currentTimeMillis(), null, plain)
                        .build()
                        .buffer();
        for (ByteBuffer batch : List.of(plain, compressed)) {
            PartitionProduceResponse answer = answer("compacted", VERSION, batch);
            assertThat(answer.errorCode()).isEqualTo(ErrorCode.INVALID_RECORD.code());
            ErrorsPage.saw("INVALID_RECORD: " + answer.errorMessage());
        }
    }

    @Test
    void anUnknownCodecIsRefused() {
        refused(
                ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
                sealed(good().putShort(ATTRIBUTES_AT, (short) 6)));
    }

    @Test
    void zstdBeforeVersionSevenIsRefused() {
        // responses have a place for a reason from version 8 on
        PartitionProduceResponse answer =
                answer(TOPIC, 6, sealed(good().putShort(ATTRIBUTES_AT, (short) 4)));
        ErrorsPage.saw(ErrorCode.of(answer.errorCode()).toString());
    }

    @Test
    void timestampsOutsideTheTopicsBoundsAreRefused() {
        long future = System.currentTimeMillis() + 7_200_000;
        refused(
                ErrorCode.INVALID_TIMESTAMP,
                "timed",
                VERSION,
                RecordBatchBuilder.growing(1_024)
                        .append(future, null, ByteBuffer.allocate(3))
                        .build()
                        .buffer());
        long now = System.currentTimeMillis();
        refused(
                ErrorCode.INVALID_TIMESTAMP,
                "timed",
                VERSION,
                RecordBatchBuilder.growing(1_024)
                        .append(now, null, ByteBuffer.allocate(3))
                        .append(future, null, ByteBuffer.allocate(3))
                        .build()
                        .buffer());
    }

    @Test
    void aClientThatClaimsTheLogsTimeIsRefused() {
        refused(ErrorCode.INVALID_TIMESTAMP, sealed(good().putShort(ATTRIBUTES_AT, (short) 8)));
    }

    @Test
    void aBaseOffsetOtherThanZeroIsRefused() {
        refused(ErrorCode.INVALID_RECORD, good().putLong(0, 5));
    }

    @Test
    void aBatchLargerThanTheTopicAllowsIsRefused() {
        refused(
                ErrorCode.MESSAGE_TOO_LARGE,
                "small",
                VERSION,
                RecordBatchBuilder.growing(2_048)
                        .append(System.currentTimeMillis(), null, ByteBuffer.allocate(1_500))
                        .build()
                        .buffer());
    }

    @Test
    void aTransactionIsRefused() {
        refused(
                ErrorCode.UNSUPPORTED_VERSION,
                sealed(
                        good().putLong(43, 7)
                                .putShort(51, (short) 0)
                                .putInt(53, 0)
                                .putShort(ATTRIBUTES_AT, (short) 0x10)));
    }

    @Test
    void unknownAcksAreRefused() {
        ProduceRequest request =
                new ProduceRequest()
                        .acks((short) 2)
                        .timeoutMs(10_000)
                        .topicData(
                                List.of(
                                        new TopicProduceData()
                                                .name(TOPIC)
                                                .partitionData(
                                                        List.of(
                                                                new PartitionProduceData()
                                                                        .index(0)
                                                                        .records(
                                                                                Payload.of(
                                                                                        good()))))));
        PartitionProduceResponse answer =
                connection
                        .call(ApiKey.PRODUCE, VERSION, request, ProduceResponse.class)
                        .responses()
                        .getFirst()
                        .partitionResponses()
                        .getFirst();
        ErrorsPage.saw(ErrorCode.of(answer.errorCode()) + ": " + answer.errorMessage());
    }
}
