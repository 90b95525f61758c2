package mortise.record;

import static mortise.record.KafkaBatches.records;
import static mortise.record.SampleRecords.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.NoSuchElementException;
import mortise.api.ErrorCode;
import mortise.record.KafkaBatches.Header61;
import org.junit.jupiter.api.Test;

/** A walk over records believes nothing that the bytes do not bear out. */
final class RecordIterationTest {
    private static final Codecs CODECS = Codecs.of();
    private static final long PLENTY = 1L << 20;

    /**
     * A batch of one record: length, attributes, timestamp, offset, key "k", value "v", headers.
     */
    private static RecordBatch single() {
        return RecordBatchBuilder.growing(0)
                .append(7, utf8("k"), utf8("v"), List.of(new RecordHeader("h", utf8("x"))))
                .build();
    }

    private static final int LENGTH = 61;
    private static final int OFFSET_DELTA = 64;
    private static final int KEY_LENGTH = 65;
    private static final int VALUE_LENGTH = 67;
    private static final int HEADER_COUNT = 69;
    private static final int HEADER_KEY_LENGTH = 70;

    @Test
    void uncompressedRecordsAreSlicesOfTheBatch() {
        RecordBatch batch = single();
        Record record = records(batch, CODECS, PLENTY).getFirst();
        batch.buffer().put(VALUE_LENGTH + 1, (byte) 'w');
        assertThat(record.value()).isEqualTo(utf8("w"));
    }

    @Test
    void lyingLengthsAreNamedWithTheirPlace() {
        assertCorrupt(LENGTH, zigzag(60), "byte 61", "it claims 60 bytes, 12 are left");
        assertCorrupt(LENGTH, zigzag(-3), "it claims -3 bytes");
        assertCorrupt(LENGTH, zigzag(11), "its header value claims 1 bytes, 0 are left");
        assertCorrupt(KEY_LENGTH, zigzag(30), "its key claims 30 bytes, 8 are left");
        assertCorrupt(KEY_LENGTH, zigzag(-2), "its key claims -2 bytes");
        assertCorrupt(VALUE_LENGTH, zigzag(30), "its value claims 30 bytes");
        assertCorrupt(HEADER_COUNT, zigzag(30), "it claims 30 headers in 4 bytes");
        assertCorrupt(HEADER_COUNT, zigzag(-1), "it claims -1 headers");
        assertCorrupt(HEADER_COUNT, zigzag(0), "4 of its bytes are left over after its headers");
        assertCorrupt(HEADER_KEY_LENGTH, zigzag(-1), "its header key claims -1 bytes");
        assertCorrupt(OFFSET_DELTA, zigzag(1), "its offset delta is 1, after -1 and up to 0");
        assertCorrupt(OFFSET_DELTA, zigzag(-1), "its offset delta is -1");
    }

    private static byte zigzag(int value) {
        return (byte) ((value << 1) ^ (value >> 31));
    }

    private static void assertCorrupt(int at, byte value, String... messages) {
        RecordBatch batch = single();
        batch.buffer().put(at, value);
        assertThatThrownBy(() -> records(batch, CODECS, PLENTY))
                .isInstanceOfSatisfying(
                        CorruptRecordException.class,
                        corrupt -> {
                            assertThat(corrupt.position()).isEqualTo(LENGTH);
                            assertThat(corrupt.code()).isEqualTo(ErrorCode.CORRUPT_MESSAGE);
                        })
                .hasMessageContainingAll(messages);
    }

    @Test
    void aCountThatIsNotThatOfTheRecordsIsCorrupt() {
        assertCount(0, "13 bytes are left over after the last record");
        assertCount(2, "its length cannot be read");
        assertCount(-1, "it says -1 records");
        assertCount(Integer.MAX_VALUE, "its length cannot be read");
    }

    private static void assertCount(int count, String message) {
        RecordBatch batch = single();
        batch.buffer().putInt(RecordBatch.RECORD_COUNT, count);
        assertThatThrownBy(() -> records(batch, CODECS, PLENTY))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageContaining(message);
    }

    @Test
    void theWalkIsOverAfterAFault() {
        for (boolean compressed : List.of(false, true)) {
            RecordBatchBuilder builder = RecordBatchBuilder.growing(0);
            if (compressed) {
                builder.codec(new GzipCodec());
            }
            RecordBatch batch = builder.append(0, null, null).build();
            batch.buffer().putInt(RecordBatch.RECORD_COUNT, 5);
            try (RecordIteration iteration = batch.records(CODECS, PLENTY)) {
                iteration.next();
                assertThatThrownBy(iteration::next).isInstanceOf(CorruptRecordException.class);
                assertThat(iteration.hasNext()).isFalse();
                assertThatThrownBy(iteration::next).isInstanceOf(NoSuchElementException.class);
            }
        }
    }

    @Test
    void leftoverCompressedBytesAreCorrupt() {
        RecordBatch batch =
                RecordBatchBuilder.growing(0)
                        .codec(new GzipCodec())
                        .append(0, null, null)
                        .append(0, null, null)
                        .build();
        batch.buffer().putInt(RecordBatch.RECORD_COUNT, 1);
        assertThatThrownBy(() -> records(batch, CODECS, PLENTY))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageContaining("bytes are left over after the last record");
    }

    @Test
    void aCodecThatIsNotInstalledIsNamedWithItsPlugin() {
        RecordBatch batch = single();
        batch.buffer().putShort(RecordBatch.ATTRIBUTES, (short) 4);
        assertThatThrownBy(() -> batch.records(CODECS, PLENTY))
                .isInstanceOfSatisfying(
                        UnsupportedCodecException.class,
                        missing ->
                                assertThat(missing.code())
                                        .isEqualTo(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE))
                .hasMessage(
                        "opening a record batch compressed with zstd: no codec of that name is installed, there are gzip; install the plugin mortise-codec-zstd");
        batch.buffer().putShort(RecordBatch.ATTRIBUTES, (short) 6);
        assertThatThrownBy(() -> batch.records(CODECS, PLENTY))
                .hasMessageContaining("codec 6: the Kafka protocol defines codecs 0 to 4");
    }

    @Test
    void damagedRecordsAreReadOrReportedInBoundedMemory() {
        Seeds.run(
                20_000,
                random -> {
                    List<Record> records = SampleRecords.some(random, 0);
                    RecordBatch batch =
                            KafkaBatches.ours(
                                    RecordBatchBuilder.growing(0), Header61.plain(), records);
                    ByteBuffer bytes = batch.buffer();
                    int flips = 1 + random.nextInt(6);
                    for (int i = 0; i < flips; i++) {
                        int at = 57 + random.nextInt(bytes.limit() - 57);
                        bytes.put(at, (byte) random.nextInt());
                    }
                    long allocated = Allocation.during(() -> readOrRefuse(batch));
                    assertThat(allocated).isLessThan(200_000L + 200L * bytes.limit());
                });
    }

    private static void readOrRefuse(RecordBatch batch) {
        try {
            records(batch, CODECS, PLENTY);
        } catch (CorruptRecordException expected) {
            assertThat(expected.position()).isBetween(0L, (long) batch.buffer().limit());
        }
    }
}
