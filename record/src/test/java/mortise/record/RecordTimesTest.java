package mortise.record;

import static mortise.record.KafkaBatches.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A walk over offsets and timestamps reads nothing else, and believes no more than the bytes. */
final class RecordTimesTest {
    private static final Codecs CODECS = Codecs.of();
    private static final long PLENTY = 1L << 30;

    private static RecordBatch batch(boolean compressed, long... timestamps) {
        RecordBatchBuilder builder = RecordBatchBuilder.growing(0);
        if (compressed) {
            builder.codec(new GzipCodec());
        }
        for (long timestamp : timestamps) {
            builder.append(timestamp, null, ByteBuffer.allocate(20_000));
        }
        return builder.build();
    }

    @Test
    void uncompressedTimesAreThoseOfTheRecords() {
        Seeds.run(
                100,
                random -> {
                    List<Record> samples = SampleRecords.some(random, 0);
                    RecordBatchBuilder builder = RecordBatchBuilder.growing(0);
                    samples.forEach(record ->
                            builder.append(record.timestamp(), record.key(), record.value()));
                    RecordBatch batch = builder.build();
                    try (RecordTimes times = RecordTimes.of(batch, CODECS, PLENTY)) {
                        for (Record record : records(batch, CODECS, PLENTY)) {
                            assertThat(times.next()).isTrue();
                            assertThat(times.offset()).isEqualTo(record.offset());
                            assertThat(times.timestamp()).isEqualTo(record.timestamp());
                        }
                        assertThat(times.next()).isFalse();
                        assertThat(times.next()).isFalse();
                    }
                });
    }

    @Test
    void negativeTimestampsAreReadAsTheyAre() {
        assertThat(timestamp(batch(false, -5))).isEqualTo(-5);
        assertThat(timestamp(batch(true, Long.MIN_VALUE))).isEqualTo(Long.MIN_VALUE);
    }

    private static long timestamp(RecordBatch batch) {
        try (RecordTimes times = RecordTimes.of(batch, CODECS, PLENTY)) {
            assertThat(times.next()).isTrue();
            return times.timestamp();
        }
    }

    @Test
    void everyByteThatIsChangedIsReadOrRefused() {
        Seeds.run(
                3_000,
                random -> {
                    RecordBatch batch = batch(random.nextBoolean(), 1, 2, 3);
                    int at = RecordBatch.HEADER_BYTES + random.nextInt(batch.sizeInBytes() - 61);
                    batch.buffer().put(at, (byte) random.nextInt());
                    try (RecordTimes times = RecordTimes.of(batch, CODECS, 100_000)) {
                        int count = 0;
                        while (times.next()) {
                            count++;
                        }
                        assertThat(count).isEqualTo(3);
                    } catch (CorruptRecordException refused) {
                        assertThat(refused.getMessage()).startsWith("reading byte ");
                    }
                });
    }

    @Test
    void aFaultEndsTheWalk() {
        RecordBatch batch = batch(false, 1);
        batch.buffer().putInt(RecordBatch.RECORD_COUNT, 2).putInt(RecordBatch.LAST_OFFSET_DELTA, 1);
        try (RecordTimes times = RecordTimes.of(batch, CODECS, PLENTY)) {
            assertThat(times.next()).isTrue();
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(times::next).isInstanceOf(CorruptRecordException.class);
            }
        }
    }

    @Test
    void memoryDoesNotGrowWithTheRecords() {
        RecordBatch batch =
                RecordBatchBuilder.growing(0)
                        .codec(new GzipCodec())
                        .append(1, null, ByteBuffer.allocate(64 << 20))
                        .build();
        assertThat(timestamp(batch)).isEqualTo(1);
        assertThat(Allocation.during(() -> timestamp(batch))).isLessThan(1 << 20);
    }
}
