package mortise.record;

import static mortise.record.KafkaBatches.assertKafkaReadsTheSame;
import static mortise.record.KafkaBatches.ours;
import static mortise.record.KafkaBatches.records;
import static mortise.record.SampleRecords.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import mortise.record.KafkaBatches.Header61;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.junit.jupiter.api.Test;

/** Uncompressed batches are byte for byte those of Apache Kafka. */
final class RecordBatchBuilderTest {
    private static final Codecs CODECS = Codecs.of();
    private static final long PLENTY = 1L << 30;

    @Test
    void uncompressedBatchesAreKafkasByteForByte() {
        Seeds.run(
                500,
                random -> {
                    Header61 header = header(random);
                    List<Record> records = SampleRecords.some(random, header.baseOffset());
                    ByteBuffer kafka = KafkaBatches.write(Compression.NONE, header, records);
                    RecordBatchBuilder builder =
                            random.nextBoolean()
                                    ? RecordBatchBuilder.growing(random.nextInt(200))
                                    : RecordBatchBuilder.into(
                                            ByteBuffer.allocateDirect(kafka.remaining()));
                    RecordBatch batch = ours(builder, header, records);
                    assertThat(batch.buffer()).isEqualTo(kafka);
                    assertThat(records(batch, CODECS, PLENTY))
                            .isEqualTo(KafkaBatches.stamped(header, records));
                });
    }

    private static Header61 header(Random random) {
        boolean idempotent = random.nextBoolean();
        return new Header61(
                random.nextLong() >>> (2 + random.nextInt(60)),
                random.nextInt(100) - 1,
                idempotent ? random.nextLong() >>> 1 : -1,
                (short) (idempotent ? random.nextInt(Short.MAX_VALUE) : -1),
                idempotent ? random.nextInt() & Integer.MAX_VALUE : -1,
                idempotent && random.nextBoolean(),
                false,
                random.nextInt(3) == 0 ? 1_790_000_000_000L : -1);
    }

    @Test
    void numbersOfEveryWidthSurvive() {
        RecordBatchBuilder builder = RecordBatchBuilder.growing(0);
        long[] timestamps = {
            0, Long.MAX_VALUE, Long.MIN_VALUE, -1, 1, 1L << 35, 63, 64, 8191, 8192
        };
        for (long timestamp : timestamps) {
            builder.append(timestamp, null, null);
        }
        builder.append(new Record(Integer.MAX_VALUE, 5, null, null));
        RecordBatch batch = builder.build();
        assertThat(batch.lastOffsetDelta()).isEqualTo(Integer.MAX_VALUE);
        assertKafkaReadsTheSame(batch, records(batch, CODECS, PLENTY));
        assertThat(records(batch, CODECS, PLENTY))
                .extracting(Record::timestamp)
                .startsWith(0L, Long.MAX_VALUE, Long.MIN_VALUE, -1L, 1L);
    }

    @Test
    void manyHeadersAndRepeatedNamesKeepTheirOrder() {
        List<RecordHeader> headers =
                IntStream.range(0, 1000)
                        .mapToObj(i ->
                                new RecordHeader("h" + i % 7, i % 5 == 0 ? null : utf8("v" + i)))
                        .toList();
        RecordBatch batch =
                RecordBatchBuilder.growing(0).append(1, utf8("k"), null, headers).build();
        List<Record> read = records(batch, CODECS, PLENTY);
        assertThat(read.getFirst().headers()).isEqualTo(headers);
        assertKafkaReadsTheSame(batch, read);
    }

    @Test
    void aTransactionsMarkerIsKafkasByteForByte() {
        for (boolean committed : List.of(true, false)) {
            MemoryRecords kafka =
                    MemoryRecords.withEndTransactionMarker(
                            40,
                            1000,
                            3,
                            9,
                            (short) 2,
                            new EndTransactionMarker(
                                    committed ? ControlRecordType.COMMIT : ControlRecordType.ABORT,
                                    6));
            RecordBatch batch =
                    RecordBatchBuilder.growing(0)
                            .baseOffset(40)
                            .leaderEpoch(3)
                            .producer(9, (short) 2, RecordBatch.NO_SEQUENCE)
                            .transactional()
                            .control()
                            .append(1000, new TransactionMarker(committed, 6))
                            .build();
            assertThat(batch.buffer()).isEqualTo(kafka.buffer());
            assertThat(TransactionMarker.find(records(batch, CODECS, PLENTY).getFirst()))
                    .isEqualTo(new TransactionMarker(committed, 6));
        }
    }

    @Test
    void aControlRecordOfAnotherTypeIsNoMarker() {
        ByteBuffer leaderChange = ByteBuffer.allocate(4).putShort(2, (short) 2);
        assertThat(TransactionMarker.find(new Record(0, 0, leaderChange, ByteBuffer.allocate(6))))
                .isNull();
        assertThat(TransactionMarker.find(new Record(0, 0, null, null))).isNull();
        assertThat(TransactionMarker.find(new Record(0, 0, utf8("k"), utf8("v")))).isNull();
    }

    @Test
    void compactionMayLeaveGapsAndEvenNothing() {
        RecordBatch gappy =
                RecordBatchBuilder.growing(0)
                        .baseOffset(100)
                        .retainLastOffset(110)
                        .deleteHorizon(5000)
                        .append(new Record(103, 4000, utf8("a"), null))
                        .append(new Record(107, 6000, utf8("b"), utf8("c")))
                        .build();
        assertThat(gappy.lastOffset()).isEqualTo(110);
        assertThat(gappy.recordCount()).isEqualTo(2);
        assertThat(gappy.hasDeleteHorizon()).isTrue();
        assertThat(gappy.baseTimestamp()).isEqualTo(5000);
        List<Record> read = records(gappy, CODECS, PLENTY);
        assertThat(read).extracting(Record::offset).containsExactly(103L, 107L);
        assertThat(read).extracting(Record::timestamp).containsExactly(4000L, 6000L);
        assertKafkaReadsTheSame(gappy, read);
    }

    @Test
    void anEmptyBatchIsKafkas() {
        ByteBuffer kafka = ByteBuffer.allocate(61);
        DefaultRecordBatch.writeEmptyHeader(
                kafka,
                (byte) 2,
                8,
                (short) 1,
                30,
                500,
                509,
                4,
                TimestampType.CREATE_TIME,
                -1,
                true,
                false);
        RecordBatch batch =
                RecordBatchBuilder.growing(0)
                        .baseOffset(500)
                        .leaderEpoch(4)
                        .producer(8, (short) 1, 30)
                        .transactional()
                        .retainLastOffset(509)
                        .build();
        assertThat(batch.buffer()).isEqualTo(kafka.flip());
        assertThat(records(batch, CODECS, PLENTY)).isEmpty();
        MutableRecordBatch read = KafkaBatches.read(batch.buffer());
        assertThat(read.countOrNull()).isZero();
    }

    @Test
    void batchesFollowEachOtherInOneBuffer() {
        ByteBuffer target = ByteBuffer.allocate(1000);
        target.position(5);
        RecordBatchBuilder.into(target).append(1, null, utf8("first")).build();
        RecordBatchBuilder.into(target).baseOffset(1).append(2, null, utf8("second")).build();

        RecordBatches batches = RecordBatches.of(target.flip().position(5));

        assertThat(batches).extracting(RecordBatch::baseOffset).containsExactly(0L, 1L);
        assertThat(batches).allMatch(RecordBatch::isCrcValid);
        assertThat(batches.tail()).isNull();
    }

    @Test
    void aGivenBufferThatIsTooSmallIsRefusedAndNotExceeded() {
        ByteBuffer target = ByteBuffer.allocate(80);
        RecordBatchBuilder builder = RecordBatchBuilder.into(target);
        assertThatThrownBy(() -> builder.append(0, null, ByteBuffer.allocate(100)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("109 bytes more do not fit, 19 are left");
    }

    @Test
    void misuseIsNamed() {
        RecordBatchBuilder empty = RecordBatchBuilder.growing(0);
        assertThatThrownBy(empty::build).hasMessageContaining("it has no records");
        RecordBatchBuilder builder =
                RecordBatchBuilder.growing(0).baseOffset(5).append(0, null, null);
        assertThatThrownBy(() -> builder.baseOffset(3))
                .hasMessageContaining("settings come before");
        assertThatThrownBy(() -> builder.append(new Record(5, 0, null, null)))
                .hasMessageContaining("offset 5 comes after 5");
        assertThatThrownBy(() -> builder.append(new Record(4, 0, null, null)))
                .hasMessageContaining("offset 4 is not within 2^31 of base offset 5");
        builder.build();
        assertThatThrownBy(builder::build).hasMessageContaining("this batch is built");
        assertThatThrownBy(() -> builder.append(0, null, null)).hasMessageContaining("is built");
    }

    @Test
    void theSizeOfARecordIsKnownBeforeItIsAdded() {
        Seeds.run(
                300,
                random -> {
                    RecordBatchBuilder builder = RecordBatchBuilder.growing(0);
                    long bound = RecordBatch.HEADER_BYTES;
                    for (Record record : SampleRecords.some(random, 0)) {
                        bound +=
                                RecordBatchBuilder.bytesOf(
                                        record.key(), record.value(), record.headers());
                        builder.append(record);
                    }
                    assertThat(builder.uncompressedBytes()).isLessThanOrEqualTo(bound);
                    assertThat(builder.uncompressedBytes())
                            .isEqualTo(builder.build().sizeInBytes());
                });
    }
}
