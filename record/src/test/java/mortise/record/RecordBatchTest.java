package mortise.record;

import static mortise.record.KafkaBatches.assertSameHeader;
import static mortise.record.SampleRecords.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import mortise.record.KafkaBatches.Header61;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.junit.jupiter.api.Test;

/** The view reads, checks and stamps as Apache Kafka's does, and allocates nothing. */
final class RecordBatchTest {
    private static final Codecs CODECS = Codecs.of();

    @Test
    void everyHeaderFieldIsWhereKafkaPutsIt() {
        Seeds.run(
                500,
                random -> {
                    Header61 header = anyHeader(random);
                    ByteBuffer kafka =
                            KafkaBatches.write(
                                    Compression.NONE,
                                    header,
                                    SampleRecords.some(random, header.baseOffset()));
                    assertSameHeader(RecordBatch.of(kafka), KafkaBatches.read(kafka));
                });
    }

    private static Header61 anyHeader(Random random) {
        return new Header61(
                random.nextLong() >>> (1 + random.nextInt(60)),
                random.nextInt(),
                random.nextLong() >>> (1 + random.nextInt(60)),
                (short) (random.nextInt() & Short.MAX_VALUE),
                random.nextInt() & Integer.MAX_VALUE,
                random.nextBoolean(),
                false,
                random.nextBoolean() ? random.nextLong() >>> 1 : -1);
    }

    @Test
    void sequencesStartOverAfterTheLargestInt() {
        for (int delta = 0; delta < 5; delta++) {
            for (int base : new int[] {0, 7, Integer.MAX_VALUE - 2, Integer.MAX_VALUE}) {
                RecordBatch batch = numbered(base, delta);
                assertThat(batch.lastSequence())
                        .isEqualTo(DefaultRecordBatch.incrementSequence(base, delta));
            }
        }
        assertThat(numbered(RecordBatch.NO_SEQUENCE, 4).lastSequence())
                .isEqualTo(RecordBatch.NO_SEQUENCE);
    }

    private static RecordBatch numbered(int baseSequence, int lastOffsetDelta) {
        return RecordBatchBuilder.growing(0)
                .producer(1, (short) 0, baseSequence)
                .retainLastOffset(lastOffsetDelta)
                .build();
    }

    @Test
    void everySingleFlippedByteInsideTheChecksumIsCaught() {
        RecordBatch batch = sample();
        CRC32C checksum = new CRC32C();
        ByteBuffer bytes = batch.buffer();
        for (int at = RecordBatch.CRC; at < bytes.limit(); at++) {
            byte good = bytes.get(at);
            for (int flip = 1; flip < 256; flip++) {
                bytes.put(at, (byte) (good ^ flip));
                assertThat(batch.isCrcValid(checksum)).as("byte %d ^ %d", at, flip).isFalse();
            }
            bytes.put(at, good);
        }
        assertThat(batch.isCrcValid()).isTrue();
    }

    @Test
    void randomDamageIsCaught() {
        Seeds.run(
                2000,
                random -> {
                    RecordBatch batch = sample();
                    ByteBuffer bytes = batch.buffer();
                    ByteBuffer before = sample().buffer();
                    int damaged = 1 + random.nextInt(20);
                    for (int i = 0; i < damaged; i++) {
                        int room = bytes.limit() - RecordBatch.CRC;
                        bytes.put(RecordBatch.CRC + random.nextInt(room), (byte) random.nextInt());
                    }
                    boolean same = before.equals(bytes);
                    assertThat(batch.isCrcValid()).isEqualTo(same);
                });
    }

    private static RecordBatch sample() {
        return RecordBatchBuilder.growing(0)
                .producer(5, (short) 1, 9)
                .append(1000, utf8("key"), utf8("value"))
                .append(999, null, utf8("other"))
                .build();
    }

    @Test
    void stampingAnOffsetLeavesTheChecksumValid() {
        RecordBatch batch = sample();
        int crc = batch.crc();

        batch.stampOffset(1L << 40, 17);

        assertThat(batch.baseOffset()).isEqualTo(1L << 40);
        assertThat(batch.lastOffset()).isEqualTo((1L << 40) + 1);
        assertThat(batch.nextOffset()).isEqualTo((1L << 40) + 2);
        assertThat(batch.leaderEpoch()).isEqualTo(17);
        assertThat(batch.crc()).isEqualTo(crc);
        KafkaBatches.read(batch.buffer()).ensureValid();
    }

    @Test
    void stampingTheAppendTimeIsWhatKafkaDoes() {
        RecordBatch ours = sample();
        RecordBatch theirs = sample();

        ours.stampLogAppendTime(123_456);
        MutableRecordBatch kafka = KafkaBatches.read(theirs.buffer());
        kafka.setMaxTimestamp(TimestampType.LOG_APPEND_TIME, 123_456);

        assertThat(ours.buffer()).isEqualTo(theirs.buffer());
        assertThat(ours.isCrcValid()).isTrue();
        assertThat(KafkaBatches.records(ours, CODECS, 1000))
                .extracting(Record::timestamp)
                .containsExactly(123_456L, 123_456L);
    }

    @Test
    void theBaseTimestampStandsInForAMaximumThatWasLeftUnset() {
        RecordBatch batch = sample();
        assertThat(batch.largestTimestamp()).isEqualTo(1000);
        batch.stampMaxTimestamp(RecordBatch.NO_TIMESTAMP, new CRC32C());
        assertThat(batch.largestTimestamp()).isEqualTo(1000);
        batch.stampMaxTimestamp(2000, new CRC32C());
        assertThat(batch.largestTimestamp()).isEqualTo(2000);
        assertThat(batch.isCrcValid()).isTrue();
    }

    @Test
    void aBufferThatDoesNotStartAtZeroIsViewedWithoutACopy() {
        RecordBatch batch = sample();
        ByteBuffer shifted = ByteBuffer.allocateDirect(batch.sizeInBytes() + 10);
        shifted.order(ByteOrder.LITTLE_ENDIAN).put(3, batch.buffer(), 0, batch.sizeInBytes());
        shifted.position(3).limit(3 + batch.sizeInBytes());

        RecordBatch view = RecordBatch.of(shifted);
        view.stampOffset(77, 1);

        assertThat(view.isCrcValid()).isTrue();
        assertThat(view.producerId()).isEqualTo(5);
        assertThat(shifted.position()).isEqualTo(3);
        assertThat(shifted.get(3 + 7)).isEqualTo((byte) 77);
    }

    @Test
    void aBufferTooShortForAHeaderIsRefused() {
        assertThatThrownBy(() -> RecordBatch.of(ByteBuffer.allocate(60)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "viewing a record batch: the buffer has 60 bytes, a batch header alone has 61");
    }

    @Test
    void readingCheckingAndStampingAllocateNothing() {
        for (boolean direct : List.of(true, false)) {
            RecordBatch batch = large(direct);
            CRC32C checksum = new CRC32C();
            long sum = touch(batch, checksum, 20_000);
            long[] result = new long[1];
            long allocated = Allocation.during(() -> result[0] = touch(batch, checksum, 20_000));
            assertThat(result[0]).isEqualTo(sum);
            assertThat(allocated).as("direct %s", direct).isLessThan(1000);
        }
    }

    private static RecordBatch large(boolean direct) {
        int bytes = 4096;
        return RecordBatchBuilder.into(
                        direct ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes))
                .producer(5, (short) 1, 9)
                .append(1000, null, ByteBuffer.allocate(3000))
                .build();
    }

    private static long touch(RecordBatch batch, CRC32C checksum, int times) {
        long sum = 0;
        for (int i = 0; i < times; i++) {
            batch.stampOffset(0, -1);
            sum += batch.sizeInBytes() + batch.batchLength() + batch.leaderEpoch() + batch.magic();
            sum += batch.crc() + batch.attributes() + batch.lastOffsetDelta() + batch.codecId();
            sum += batch.baseTimestamp() + batch.maxTimestamp() + batch.largestTimestamp();
            sum += batch.producerId() + batch.producerEpoch() + batch.baseSequence();
            sum += batch.recordCount() + batch.lastOffset() + batch.nextOffset();
            sum += batch.lastSequence() + (batch.hasProducerId() ? 1 : 0);
            sum += (batch.isTransactional() ? 2 : 0) + (batch.isControl() ? 4 : 0);
            sum += batch.isCrcValid(checksum) ? 8 : 0;
            sum += BatchCheck.produced(batch, 13, 1 << 20, checksum) == null ? 16 : 0;
            sum += BatchCheck.baseTimestamp(batch, 0, 5000) == null ? 32 : 0;
            sum += BatchCheck.stored(batch, checksum) == null ? 64 : 0;
            batch.stampOffset(i, 7);
            batch.stampMaxTimestamp(1000, checksum);
        }
        return sum;
    }

    @Test
    void theTextSaysWhatMattersInALog() {
        assertThat(sample().toString())
                .isEqualTo("batch of 2 records at 0..1, 88 bytes, none, producer 5/1 sequence 9");
    }
}
