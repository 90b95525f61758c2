package mortise.record;

import static mortise.record.SampleRecords.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import mortise.api.ErrorCode;
import mortise.record.BatchProblem.Kind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every check that a header allows, one by one. */
final class BatchCheckTest {
    private static final int VERSION = 13;
    private static final int MAX_BYTES = 1000;

    private static RecordBatch good() {
        return RecordBatchBuilder.growing(0)
                .producer(5, (short) 0, 0)
                .append(1000, utf8("k"), utf8("v"))
                .append(1001, utf8("k"), utf8("v"))
                .build();
    }

    private static @Nullable BatchProblem produced(ByteBuffer records, int version) {
        return BatchCheck.produced(records, version, MAX_BYTES, new CRC32C());
    }

    /** What is found in a good batch after a change to its bytes, with the checksum renewed. */
    private static @Nullable BatchProblem after(Consumer<ByteBuffer> change) {
        RecordBatch batch = good();
        change.accept(batch.buffer());
        batch.buffer().putInt(RecordBatch.CRC, batch.computeCrc());
        return produced(batch.buffer(), VERSION);
    }

    private static void assertProblem(
            @Nullable BatchProblem problem, Kind kind, ErrorCode code, String message) {
        assertThat(problem).isNotNull();
        assertThat(problem.kind()).isEqualTo(kind);
        assertThat(problem.code()).isEqualTo(code);
        assertThat(problem.message()).contains(message);
    }

    @Test
    void aGoodBatchPasses() {
        assertThat(produced(good().buffer(), VERSION)).isNull();
        assertThat(BatchCheck.stored(good(), new CRC32C())).isNull();
        assertThat(BatchCheck.baseTimestamp(good(), 1000, 1001)).isNull();
    }

    @Test
    void aBatchWithinALargerBufferIsCheckedInPlace() {
        RecordBatch batch = good();
        ByteBuffer frame = ByteBuffer.allocateDirect(500);
        frame.put(100, batch.buffer(), 0, batch.sizeInBytes());
        frame.position(100).limit(100 + batch.sizeInBytes());
        assertThat(produced(frame, VERSION)).isNull();
        assertThat(frame.position()).isEqualTo(100);
    }

    @Test
    void exactlyOneWholeBatchIsWanted() {
        assertProblem(
                produced(ByteBuffer.allocate(0), VERSION),
                Kind.NOT_ONE_BATCH,
                ErrorCode.INVALID_RECORD,
                "0 bytes, too few for a batch");
        RecordBatch batch = good();
        int size = batch.sizeInBytes();
        for (int cut = 12; cut < size; cut++) {
            assertProblem(
                    produced(batch.buffer().slice(0, cut), VERSION),
                    Kind.NOT_ONE_BATCH,
                    ErrorCode.INVALID_RECORD,
                    "the batch says " + size + " bytes, the request carries " + cut);
        }
        ByteBuffer two = ByteBuffer.allocate(2 * size);
        two.put(batch.buffer().duplicate()).put(batch.buffer().duplicate()).flip();
        assertProblem(
                produced(two, VERSION),
                Kind.NOT_ONE_BATCH,
                ErrorCode.INVALID_RECORD,
                size + " more follow; a produce request carries exactly one");
    }

    @Test
    void theFormatMustBeTwo() {
        for (byte magic : new byte[] {0, 1}) {
            assertProblem(
                    after(bytes -> bytes.put(RecordBatch.MAGIC_AT, magic)),
                    Kind.OLD_FORMAT,
                    ErrorCode.INVALID_RECORD,
                    "use a client of Kafka 0.11 or later");
        }
        for (byte magic : new byte[] {3, -1, 127}) {
            assertProblem(
                    after(bytes -> bytes.put(RecordBatch.MAGIC_AT, magic)),
                    Kind.MALFORMED,
                    ErrorCode.CORRUPT_MESSAGE,
                    "the batch is of format " + magic);
        }
    }

    @Test
    void aLengthThatNoBatchHasIsMalformed() {
        for (int length : new int[] {48, 0, -1, Integer.MIN_VALUE}) {
            assertProblem(
                    after(bytes -> bytes.putInt(RecordBatch.BATCH_LENGTH, length)),
                    Kind.MALFORMED,
                    ErrorCode.CORRUPT_MESSAGE,
                    "its header alone has 61");
        }
        RecordBatch batch = good();
        batch.buffer().putInt(RecordBatch.BATCH_LENGTH, 50);
        assertProblem(
                BatchCheck.stored(batch, new CRC32C()),
                Kind.MALFORMED,
                ErrorCode.CORRUPT_MESSAGE,
                "the batch says 62 bytes, there are 79");
    }

    @Test
    void damageIsCorrupt() {
        RecordBatch batch = good();
        batch.buffer().put(70, (byte) 99);
        assertProblem(
                produced(batch.buffer(), VERSION),
                Kind.BAD_CRC,
                ErrorCode.CORRUPT_MESSAGE,
                "the batch says CRC-32C " + HexFormat.of().toHexDigits(batch.crc()));
        assertProblem(
                BatchCheck.stored(batch, new CRC32C()),
                Kind.BAD_CRC,
                ErrorCode.CORRUPT_MESSAGE,
                "its bytes give");
    }

    @Test
    void theTopicsLargestBatchIsKept() {
        RecordBatch batch =
                RecordBatchBuilder.growing(0)
                        .append(0, null, ByteBuffer.allocate(MAX_BYTES))
                        .build();
        assertProblem(
                produced(batch.buffer(), VERSION),
                Kind.TOO_LARGE,
                ErrorCode.MESSAGE_TOO_LARGE,
                "max.message.bytes of the topic allows 1000");
    }

    @Test
    void producersDoNotGiveOffsets() {
        assertProblem(
                after(bytes -> bytes.putLong(RecordBatch.BASE_OFFSET, 4)),
                Kind.NONZERO_BASE_OFFSET,
                ErrorCode.INVALID_RECORD,
                "the batch says base offset 4");
    }

    @Test
    void thereAreAsManyRecordsAsOffsets() {
        int[][] countAndDelta = {{0, -1}, {0, 1}, {1, 1}, {3, 1}, {-1, -2}, {2, Integer.MAX_VALUE}};
        for (int[] lie : countAndDelta) {
            assertProblem(
                    after(bytes -> {
                        bytes.putInt(RecordBatch.RECORD_COUNT, lie[0]);
                        bytes.putInt(RecordBatch.LAST_OFFSET_DELTA, lie[1]);
                    }),
                    Kind.BAD_COUNT,
                    ErrorCode.INVALID_RECORD,
                    "says " + lie[0] + " records and last offset delta " + lie[1]);
        }
    }

    @Test
    void compactedBatchesMayHaveFewerRecordsThanOffsets() {
        RecordBatch batch = RecordBatchBuilder.growing(0).retainLastOffset(9).build();
        assertThat(BatchCheck.stored(batch, new CRC32C())).isNull();
        batch.buffer().putInt(RecordBatch.RECORD_COUNT, 11);
        batch.buffer().putInt(RecordBatch.CRC, batch.computeCrc());
        assertProblem(
                BatchCheck.stored(batch, new CRC32C()),
                Kind.BAD_COUNT,
                ErrorCode.INVALID_RECORD,
                "11 records");
    }

    @Test
    void controlBatchesAreForBrokers() {
        assertProblem(
                after(bytes -> bytes.putShort(RecordBatch.ATTRIBUTES, (short) 0x30)),
                Kind.CONTROL_BATCH,
                ErrorCode.INVALID_RECORD,
                "only brokers");
    }

    @Test
    void anIdempotentProducerCounts() {
        assertProblem(
                after(bytes -> bytes.putInt(RecordBatch.BASE_SEQUENCE, -1)),
                Kind.BAD_SEQUENCE,
                ErrorCode.INVALID_RECORD,
                "the batch of producer 5 says base sequence -1");
        assertThat(
                        after(bytes -> {
                            bytes.putLong(RecordBatch.PRODUCER_ID, -1);
                            bytes.putInt(RecordBatch.BASE_SEQUENCE, -1);
                        }))
                .isNull();
    }

    @Test
    void codecsAreThoseOfTheProtocolAndTheVersion() {
        for (int codec = 5; codec < 8; codec++) {
            short attributes = (short) codec;
            assertProblem(
                    after(bytes -> bytes.putShort(RecordBatch.ATTRIBUTES, attributes)),
                    Kind.UNSUPPORTED_CODEC,
                    ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
                    "the protocol defines 0 to 4");
        }
        RecordBatch zstd = good();
        zstd.buffer().putShort(RecordBatch.ATTRIBUTES, (short) 4);
        zstd.buffer().putInt(RecordBatch.CRC, zstd.computeCrc());
        assertThat(produced(zstd.buffer(), 7)).isNull();
        assertProblem(
                produced(zstd.buffer(), 6),
                Kind.UNSUPPORTED_CODEC,
                ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
                "zstd came with version 7");
    }

    @Test
    void onlyTheBrokerGivesAppendTime() {
        assertProblem(
                after(bytes -> bytes.putShort(RecordBatch.ATTRIBUTES, (short) 8)),
                Kind.BAD_TIMESTAMP,
                ErrorCode.INVALID_TIMESTAMP,
                "log append time, which only the broker gives");
    }

    @Test
    void theFirstTimestampKeepsTheTopicsBounds() {
        assertProblem(
                BatchCheck.baseTimestamp(good(), 1001, 5000),
                Kind.BAD_TIMESTAMP,
                ErrorCode.INVALID_TIMESTAMP,
                "baseTimestamp 1000, the topic's message.timestamp bounds allow 1001 to 5000");
        RecordBatch untimed =
                RecordBatchBuilder.growing(0).append(RecordBatch.NO_TIMESTAMP, null, null).build();
        assertThat(BatchCheck.baseTimestamp(untimed, 1000, 2000)).isNull();
    }

    @Test
    void plainBytesHoldNoMoreRecordsThanTheSmallestTake() {
        RecordBatchBuilder builder = RecordBatchBuilder.growing(0);
        for (int i = 0; i < 60; i++) {
            builder.append(1000, null, null);
        }
        RecordBatch smallest = builder.build();
        assertThat(smallest.sizeInBytes()).isEqualTo(RecordBatch.HEADER_BYTES + 60 * 7);
        assertThat(produced(smallest.buffer(), VERSION)).isNull();

        claim(smallest, 61);
        assertProblem(
                produced(smallest.buffer(), VERSION),
                Kind.FALSE_CLAIM,
                ErrorCode.INVALID_RECORD,
                "the batch says 61 records in 420 bytes, the smallest record has 7");
        claim(smallest, Integer.MAX_VALUE);
        assertProblem(
                produced(smallest.buffer(), VERSION),
                Kind.FALSE_CLAIM,
                ErrorCode.INVALID_RECORD,
                "the batch says 2147483647 records in 420 bytes");
    }

    private static void claim(RecordBatch batch, int records) {
        batch.buffer().putInt(RecordBatch.RECORD_COUNT, records);
        batch.buffer().putInt(RecordBatch.LAST_OFFSET_DELTA, records - 1);
        batch.buffer().putInt(RecordBatch.CRC, batch.computeCrc());
    }

    @Test
    void aCompressedCountIsInDoubtBeyondItsRatio() {
        RecordBatch zipped = zipped(1000, 1001, 1002);
        int bytes = zipped.sizeInBytes() - RecordBatch.HEADER_BYTES;

        assertThat(BatchCheck.isCountDoubtful(zipped, 0)).isTrue();
        assertThat(BatchCheck.isCountDoubtful(zipped, 1)).isFalse();
        claim(zipped, 4 * bytes);
        assertThat(BatchCheck.isCountDoubtful(zipped, 4)).isFalse();
        claim(zipped, 4 * bytes + 1);
        assertThat(BatchCheck.isCountDoubtful(zipped, 4)).isTrue();
        claim(zipped, Integer.MAX_VALUE);
        assertThat(BatchCheck.isCountDoubtful(zipped, 1_000)).isTrue();
        assertThat(BatchCheck.isCountDoubtful(good(), 0)).isFalse();
    }

    private static RecordBatch zipped(long... timestamps) {
        RecordBatchBuilder builder = RecordBatchBuilder.growing(0).codec(new GzipCodec());
        for (long timestamp : timestamps) {
            builder.append(timestamp, null, utf8("v"));
        }
        return builder.build();
    }

    @Test
    void aLargestTimestampIsInDoubtBelowTheFirstAndOutOfBounds() {
        assertThat(BatchCheck.isMaxTimestampDoubtful(good(), 0, 5000)).isFalse();
        assertThat(BatchCheck.isMaxTimestampDoubtful(good(), 0, 1000)).isTrue();
        for (long lie : new long[] {-1, 999, Long.MIN_VALUE, 5001, Long.MAX_VALUE}) {
            RecordBatch batch = good();
            batch.stampMaxTimestamp(lie, new CRC32C());
            assertThat(BatchCheck.isMaxTimestampDoubtful(batch, 0, 5000)).as("%s", lie).isTrue();
        }
    }

    @Test
    void openingPutsTheLargestTimestampRight() {
        for (long lie : new long[] {-1, 999, 1000, 1002, Long.MAX_VALUE}) {
            for (RecordBatch batch : List.of(good(), zipped(1000, 1001, 998))) {
                batch.stampMaxTimestamp(lie, new CRC32C());
                assertThat(opened(batch, 0, 5000)).isNull();
                assertThat(batch.maxTimestamp()).isEqualTo(1001);
                assertThat(batch.isCrcValid()).isTrue();
            }
        }
        assertProblem(
                opened(zipped(1000, 5001), 0, 5000),
                Kind.BAD_TIMESTAMP,
                ErrorCode.INVALID_TIMESTAMP,
                "the batch says recordTimestamp 5001");
    }

    @Test
    void openingRefusesCountsThatAreNotThatOfTheRecords() {
        for (int lie : new int[] {1, 2, 4, 5, Integer.MAX_VALUE}) {
            RecordBatch batch = zipped(1000, 1001, 1002);
            claim(batch, lie);
            assertProblem(
                    opened(batch, 0, 5000),
                    Kind.FALSE_CLAIM,
                    ErrorCode.INVALID_RECORD,
                    "the batch says " + lie + " records and was opened to count them: reading");
        }
    }

    @Test
    void openingRefusesBombsGarbageAndCodecsThatAreNotThere() {
        RecordBatch bomb =
                RecordBatchBuilder.growing(0)
                        .codec(new GzipCodec())
                        .append(1000, null, ByteBuffer.allocate(1 << 20))
                        .append(1000, null, null)
                        .build();
        assertProblem(
                opened(bomb, 0, 5000),
                Kind.FALSE_CLAIM,
                ErrorCode.INVALID_RECORD,
                "opens to more than the 100000 that max-decompressed-bytes allows");
        RecordBatch garbage = zipped(1000);
        garbage.buffer().put(RecordBatch.HEADER_BYTES, (byte) 0x55);
        assertProblem(
                opened(garbage, 0, 5000),
                Kind.FALSE_CLAIM,
                ErrorCode.INVALID_RECORD,
                "ZipException");
        RecordBatch foreign = zipped(1000);
        foreign.buffer().putShort(RecordBatch.ATTRIBUTES, (short) 4);
        assertProblem(
                opened(foreign, 0, 5000),
                Kind.UNSUPPORTED_CODEC,
                ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
                "install the plugin mortise-codec-zstd");
    }

    private static @Nullable BatchProblem opened(RecordBatch batch, long earliest, long latest) {
        return BatchCheck.opened(
                batch,
                new RecordDemands(earliest, latest, false),
                Codecs.of(),
                100_000,
                new CRC32C());
    }

    @Test
    void noProducerHasAnEpochBelowNone() {
        assertProblem(
                after(bytes -> bytes.putShort(RecordBatch.PRODUCER_EPOCH, (short) -7)),
                Kind.BAD_EPOCH,
                ErrorCode.INVALID_PRODUCER_EPOCH,
                "the batch of producer 5 says epoch -7, an epoch is 0 to 32767");
    }
}
