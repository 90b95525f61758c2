package mortise.record;

import static mortise.record.KafkaBatches.assertKafkaReadsTheSame;
import static mortise.record.KafkaBatches.ours;
import static mortise.record.KafkaBatches.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import mortise.record.KafkaBatches.Header61;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.Test;

/** What every codec promises, with Apache Kafka's own as the oracle. */
public interface CodecContract {
    /** Enough for any sample. */
    long PLENTY = 1L << 30;

    /** More than any codec's windows and tables. */
    long CODEC_HEAP_BYTES = 9L << 20;

    /** The codec under test. */
    Codec codec();

    private Codecs codecs() {
        return Codecs.of(codec());
    }

    private Compression kafkas() {
        return Compression.of(CompressionType.forId(codec().id())).build();
    }

    @Test
    default void theNameIsTheOneThatTheProtocolGivesTheNumber() {
        assertThat(codec().name()).isEqualTo(CompressionType.forId(codec().id()).name);
    }

    @Test
    default void itIsFound() {
        assertThat(Codecs.installed().find(codec().name())).isInstanceOf(codec().getClass());
    }

    /** A caller tells damaged data, which is a client's, from a codec that is broken. */
    @Test
    default void damageIsAnIOExceptionAndNothingElse() throws IOException {
        byte[] text = "the quick brown fox ".repeat(5_000).getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        try (OutputStream stream = codec().compressing(whole)) {
            stream.write(text);
        }
        Seeds.run(
                2_000,
                random -> {
                    byte[] damaged = whole.toByteArray();
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        int within = random.nextBoolean() ? damaged.length : 40;
                        damaged[random.nextInt(Math.min(within, damaged.length))] =
                                (byte) random.nextInt();
                    }
                    byte[] garbage = new byte[random.nextInt(200)];
                    random.nextBytes(garbage);
                    openOrRefuse(ByteBuffer.wrap(damaged));
                    openOrRefuse(direct(ByteBuffer.wrap(damaged)).asReadOnlyBuffer());
                    openOrRefuse(ByteBuffer.wrap(garbage));
                    openOrRefuse(ByteBuffer.wrap(damaged, 0, random.nextInt(damaged.length + 1)));
                });
    }

    private void openOrRefuse(ByteBuffer compressed) {
        long limit = 4L << 20;
        byte[] window = new byte[16 << 10];
        try (InputStream stream = codec().decompressing(compressed, limit)) {
            for (long read = 0; read < limit; ) {
                int count = stream.read(window);
                if (count <= 0) {
                    return;
                }
                read += count;
            }
        } catch (IOException expected) {
            assertThat(expected).isNotNull();
        }
    }

    @Test
    default void kafkaReadsWhatWeWrite() {
        Seeds.run(
                100,
                random -> {
                    List<Record> records = SampleRecords.some(random, 7);
                    RecordBatchBuilder builder = RecordBatchBuilder.growing(0).codec(codec());
                    RecordBatch batch = ours(builder, header(random), records);
                    List<Record> read = records(batch, codecs(), PLENTY);
                    assertThat(read).hasSameSizeAs(records);
                    assertKafkaReadsTheSame(batch, read);
                });
    }

    @Test
    default void weReadWhatKafkaWrites() {
        Seeds.run(
                100,
                random -> {
                    Header61 header = header(random);
                    List<Record> records = SampleRecords.some(random, 7);
                    ByteBuffer kafka = KafkaBatches.write(kafkas(), header, records);
                    RecordBatch batch =
                            RecordBatch.of(random.nextBoolean() ? kafka : direct(kafka));
                    KafkaBatches.assertSameHeader(batch, KafkaBatches.read(kafka));
                    assertThat(records(batch, codecs(), PLENTY))
                            .isEqualTo(KafkaBatches.stamped(header, records));
                });
    }

    /** Offsets and timestamps alone are those that a walk over the records gives. */
    @Test
    default void timesAreThoseOfTheRecords() {
        Seeds.run(
                100,
                random -> {
                    List<Record> records = SampleRecords.some(random, 7);
                    ByteBuffer kafka = KafkaBatches.write(kafkas(), header(random), records);
                    RecordBatch batch =
                            RecordBatch.of(random.nextBoolean() ? kafka : direct(kafka));
                    try (RecordTimes times = RecordTimes.of(batch, codecs(), PLENTY)) {
                        for (Record record : records(batch, codecs(), PLENTY)) {
                            assertThat(times.next()).isTrue();
                            assertThat(times.offset()).isEqualTo(record.offset());
                            assertThat(times.timestamp()).isEqualTo(record.timestamp());
                        }
                        assertThat(times.next()).isFalse();
                    }
                });
    }

    private static Header61 header(Random random) {
        boolean idempotent = random.nextBoolean();
        return new Header61(
                7,
                random.nextInt(10),
                idempotent ? random.nextInt(1000) : -1,
                (short) (idempotent ? random.nextInt(100) : -1),
                idempotent ? random.nextInt() & Integer.MAX_VALUE : -1,
                idempotent && random.nextBoolean(),
                false,
                random.nextInt(4) == 0 ? 1_790_000_000_123L : -1);
    }

    private static ByteBuffer direct(ByteBuffer source) {
        return ByteBuffer.allocateDirect(source.remaining()).put(source.duplicate()).flip();
    }

    @Test
    default void everyLevelRoundTrips() {
        CodecLevels levels = codec().levels();
        int lowest = Math.max(-5, levels.lowest());
        for (int level = lowest; level <= levels.highest(); level++) {
            List<Record> records = SampleRecords.some(new Random(level), 0);
            RecordBatchBuilder builder = RecordBatchBuilder.growing(0).codec(codec(), level);
            RecordBatch batch = ours(builder, Header61.plain(), records);
            assertThat(records(batch, codecs(), PLENTY)).isEqualTo(records);
            assertKafkaReadsTheSame(batch, records);
        }
    }

    @Test
    default void aLevelThatDoesNotExistIsRefusedByName() {
        int level = codec().levels().highest() + 1;
        assertThatThrownBy(() -> codec().compressing(OutputStream.nullOutputStream(), level))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(codec().name())
                .hasMessageContaining(Integer.toString(level));
    }

    @Test
    default void openingLeavesTheBatchAsItWas() {
        RecordBatch batch =
                RecordBatchBuilder.growing(0)
                        .codec(codec())
                        .append(5, null, ByteBuffer.allocate(10_000))
                        .build();
        records(batch, codecs(), PLENTY);
        assertThat(batch.buffer().position()).isZero();
        assertThat(batch.buffer().limit()).isEqualTo(batch.sizeInBytes());
        RecordBatch readOnly = RecordBatch.of(batch.buffer().asReadOnlyBuffer());
        assertThat(records(readOnly, codecs(), PLENTY)).hasSize(1);
    }

    @Test
    default void aWalkMayEndEarly() {
        List<Record> records = SampleRecords.some(new Random(300), 0);
        RecordBatch batch =
                ours(RecordBatchBuilder.growing(0).codec(codec()), Header61.plain(), records);
        RecordIteration iteration = batch.records(codecs(), PLENTY);
        assertThat(iteration.next()).isEqualTo(records.getFirst());
        iteration.close();
        assertThat(iteration.hasNext()).isFalse();
    }

    @Test
    default void aBombIsRefusedInBoundedMemory() throws IOException {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        try (OutputStream stream = codec().compressing(payload)) {
            stream.write(varint(500_000_000));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                stream.write(zeros);
            }
        }
        RecordBatch bomb = batch(1, payload.toByteArray());
        assertRefused(bomb, 1 << 20, CODEC_HEAP_BYTES, "max-decompressed-bytes, 1048576");
    }

    @Test
    default void aBombOfManyRecordsIsRefusedInBoundedMemory() throws IOException {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        byte[] record = new byte[1002];
        System.arraycopy(varint(1000), 0, record, 0, 2);
        try (OutputStream stream = codec().compressing(payload)) {
            for (int i = 0; i < 50_000; i++) {
                stream.write(record);
            }
        }
        RecordBatch bomb = batch(50_000, payload.toByteArray());
        assertRefused(bomb, 1 << 20, CODEC_HEAP_BYTES + (4 << 20), "");
    }

    @Test
    default void aRecordThatClaimsMoreThanThereIsCostsNothing() throws IOException {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        try (OutputStream stream = codec().compressing(payload)) {
            stream.write(varint(900_000_000));
            stream.write(new byte[10]);
        }
        RecordBatch liar = batch(1, payload.toByteArray());
        assertRefused(
                liar, PLENTY, CODEC_HEAP_BYTES, "claims 900000000 bytes, the data ends after");
    }

    private static byte[] varint(int value) {
        ByteBuffer bytes = ByteBuffer.allocate(Varint.MAX_INT_BYTES);
        Varint.putInt(bytes, value);
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    /** A batch whose header is in order, around these compressed bytes. */
    private RecordBatch batch(int count, byte[] payload) {
        ByteBuffer bytes = ByteBuffer.allocate(RecordBatch.HEADER_BYTES + payload.length);
        bytes.putInt(RecordBatch.BATCH_LENGTH, bytes.limit() - RecordBatch.LENGTH_PREFIX_BYTES);
        bytes.put(RecordBatch.MAGIC_AT, RecordBatch.MAGIC);
        bytes.putShort(RecordBatch.ATTRIBUTES, codec().id());
        bytes.putInt(RecordBatch.LAST_OFFSET_DELTA, count - 1);
        bytes.putInt(RecordBatch.RECORD_COUNT, count);
        bytes.put(RecordBatch.HEADER_BYTES, payload);
        RecordBatch batch = RecordBatch.of(bytes);
        bytes.putInt(RecordBatch.CRC, batch.computeCrc(new CRC32C()));
        return batch;
    }

    private void assertRefused(RecordBatch batch, long maxBytes, long heapBytes, String message) {
        long allocated =
                Allocation.during(() ->
                        assertThatThrownBy(() -> records(batch, codecs(), maxBytes))
                                .isInstanceOf(CorruptRecordException.class)
                                .hasMessageContaining(message));
        assertThat(allocated).isLessThan(heapBytes);
    }

    @Test
    default void damageIsReportedAndNeverCostsMoreThanTheLimit() {
        Seeds.run(
                60,
                random -> {
                    List<Record> records = SampleRecords.some(random, 0);
                    RecordBatch whole =
                            ours(
                                    RecordBatchBuilder.growing(0).codec(codec()),
                                    Header61.plain(),
                                    records);
                    for (int i = 0; i < 40; i++) {
                        readDamaged(RecordBatch.of(direct(whole.buffer())), random);
                    }
                });
    }

    private void readDamaged(RecordBatch batch, Random random) {
        long limit = 4L << 20;
        damage(batch.buffer(), random);
        long allocated = Allocation.during(() -> readOrRefuse(batch, limit));
        long bound = 3 * limit + 30L * batch.sizeInBytes() + CODEC_HEAP_BYTES;
        assertThat(allocated).isLessThan(bound);
    }

    @Test
    default void aBatchMayBeGivenUp() {
        RecordBatchBuilder builder =
                RecordBatchBuilder.into(ByteBuffer.allocate(70)).codec(codec());
        try (builder) {
            builder.append(0, null, ByteBuffer.allocate(100));
        } catch (IllegalStateException early) {
            assertThat(early).hasMessageContaining("do not fit");
        }
        builder.close();
        assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void garbageIsReportedAndNeverCostsMoreThanTheLimit() {
        Seeds.run(
                1500,
                random -> {
                    byte[] garbage = new byte[random.nextInt(3000)];
                    random.nextBytes(garbage);
                    RecordBatch batch = batch(1 + random.nextInt(20), garbage);
                    long allocated = Allocation.during(() -> readOrRefuse(batch, 1L << 20));
                    assertThat(allocated).isLessThan((3L << 20) + CODEC_HEAP_BYTES);
                });
    }

    private static void damage(ByteBuffer batch, Random random) {
        int room = batch.limit() - RecordBatch.HEADER_BYTES;
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            int within = random.nextBoolean() ? room : Math.min(room, 40);
            int at = RecordBatch.HEADER_BYTES + random.nextInt(within);
            batch.put(at, (byte) random.nextInt());
        }
    }

    private void readOrRefuse(RecordBatch batch, long limit) {
        try {
            records(batch, codecs(), limit);
        } catch (CorruptRecordException expected) {
            assertThat(expected.position()).isNotNegative();
        }
    }

    @Test
    default void theStreamItselfRoundTrips() throws IOException {
        byte[] text = "the quick brown fox ".repeat(10_000).getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (OutputStream stream = codec().compressing(compressed)) {
            stream.write(text[0]);
            stream.write(text, 1, text.length - 1);
        }
        assertThat(compressed.size()).isLessThan(text.length / 10);
        try (InputStream stream =
                codec().decompressing(ByteBuffer.wrap(compressed.toByteArray()), PLENTY)) {
            assertThat(stream.readAllBytes()).isEqualTo(text);
            assertThat(stream.read()).isEqualTo(-1);
        }
    }
}
