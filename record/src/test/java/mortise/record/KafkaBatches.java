package mortise.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.jspecify.annotations.Nullable;

/** The oracle: batches written and read by Apache Kafka's own classes. */
public final class KafkaBatches {
    private static final byte MAGIC = 2;

    private KafkaBatches() {}

    /** Everything that a batch's header says beside its records. */
    public record Header61(
            long baseOffset,
            int leaderEpoch,
            long producerId,
            short producerEpoch,
            int baseSequence,
            boolean transactional,
            boolean control,
            long logAppendTime) {

        /** A plain producer's batch. */
        public static Header61 plain() {
            return new Header61(0, -1, -1, (short) -1, -1, false, false, -1);
        }

        boolean appended() {
            return logAppendTime != -1;
        }
    }

    /** Has Kafka write a batch. */
    public static ByteBuffer write(Compression compression, Header61 header, List<Record> records) {
        try (MemoryRecordsBuilder builder =
                new MemoryRecordsBuilder(
                        ByteBuffer.allocate(512),
                        MAGIC,
                        compression,
                        header.appended()
                                ? TimestampType.LOG_APPEND_TIME
                                : TimestampType.CREATE_TIME,
                        header.baseOffset(),
                        header.logAppendTime(),
                        header.producerId(),
                        header.producerEpoch(),
                        header.baseSequence(),
                        header.transactional(),
                        header.control(),
                        header.leaderEpoch(),
                        512)) {
            for (Record record : records) {
                builder.appendWithOffset(
                        record.offset(),
                        record.timestamp(),
                        duplicate(record.key()),
                        duplicate(record.value()),
                        headers(record));
            }
            return builder.build().buffer();
        }
    }

    /** Has us write a batch. */
    public static RecordBatch ours(
            RecordBatchBuilder builder, Header61 header, List<Record> records) {
        builder.baseOffset(header.baseOffset())
                .leaderEpoch(header.leaderEpoch())
                .producer(header.producerId(), header.producerEpoch(), header.baseSequence());
        if (header.transactional()) {
            builder.transactional();
        }
        if (header.control()) {
            builder.control();
        }
        if (header.appended()) {
            builder.logAppendTime(header.logAppendTime());
        }
        records.forEach(builder::append);
        return builder.build();
    }

    /** The one batch in a buffer, read by Kafka, and valid by Kafka's checks. */
    public static MutableRecordBatch read(ByteBuffer batch) {
        List<MutableRecordBatch> batches = new ArrayList<>();
        MemoryRecords.readableRecords(batch.duplicate()).batches().forEach(batches::add);
        assertThat(batches).hasSize(1);
        batches.getFirst().ensureValid();
        return batches.getFirst();
    }

    /** Insists that Kafka reads from a batch the header and records that we do. */
    public static void assertKafkaReadsTheSame(RecordBatch ours, List<Record> records) {
        MutableRecordBatch kafka = read(ours.buffer());
        assertSameHeader(ours, kafka);
        List<Record> theirs = new ArrayList<>();
        kafka.forEach(record ->
                theirs.add(
                        new Record(
                                record.offset(),
                                record.timestamp(),
                                record.key(),
                                record.value(),
                                headers(record.headers()))));
        assertThat(theirs).isEqualTo(records);
    }

    /** Insists that every header field is the same by our reading and by Kafka's. */
    public static void assertSameHeader(RecordBatch ours, MutableRecordBatch kafka) {
        assertThat(ours.baseOffset()).isEqualTo(kafka.baseOffset());
        assertThat(ours.lastOffset()).isEqualTo(kafka.lastOffset());
        assertThat(ours.nextOffset()).isEqualTo(kafka.nextOffset());
        assertThat(ours.sizeInBytes()).isEqualTo(kafka.sizeInBytes());
        assertThat(ours.leaderEpoch()).isEqualTo(kafka.partitionLeaderEpoch());
        assertThat(ours.magic()).isEqualTo(kafka.magic());
        assertThat(Integer.toUnsignedLong(ours.crc())).isEqualTo(kafka.checksum());
        assertThat(ours.isCrcValid()).isEqualTo(kafka.isValid());
        assertThat(ours.maxTimestamp()).isEqualTo(kafka.maxTimestamp());
        assertThat(ours.producerId()).isEqualTo(kafka.producerId());
        assertThat(ours.producerEpoch()).isEqualTo(kafka.producerEpoch());
        assertThat(ours.baseSequence()).isEqualTo(kafka.baseSequence());
        assertThat(ours.lastSequence()).isEqualTo(kafka.lastSequence());
        assertThat(ours.recordCount()).isEqualTo(kafka.countOrNull());
        assertThat(ours.hasProducerId()).isEqualTo(kafka.hasProducerId());
        assertThat(ours.isTransactional()).isEqualTo(kafka.isTransactional());
        assertThat(ours.isControl()).isEqualTo(kafka.isControlBatch());
        assertThat((int) ours.codecId()).isEqualTo((int) kafka.compressionType().id);
        assertThat(ours.usesLogAppendTime())
                .isEqualTo(kafka.timestampType() == TimestampType.LOG_APPEND_TIME);
        assertThat(ours.hasDeleteHorizon()).isEqualTo(kafka.deleteHorizonMs().isPresent());
        kafka.deleteHorizonMs()
                .ifPresent(horizon -> assertThat(ours.baseTimestamp()).isEqualTo(horizon));
    }

    /** All records, as we read them. */
    public static List<Record> records(RecordBatch batch, Codecs codecs, long maxBytes) {
        List<Record> records = new ArrayList<>();
        try (RecordIteration iteration = batch.records(codecs, maxBytes)) {
            iteration.forEachRemaining(records::add);
        }
        return records;
    }

    /** The records as the batch's readers see them: with the append time, if it has one. */
    public static List<Record> stamped(Header61 header, List<Record> records) {
        if (!header.appended()) {
            return records;
        }
        return records.stream()
                .map(record ->
                        new Record(
                                record.offset(),
                                header.logAppendTime(),
                                record.key(),
                                record.value(),
                                record.headers()))
                .toList();
    }

    private static @Nullable ByteBuffer duplicate(@Nullable ByteBuffer bytes) {
        return bytes == null ? null : bytes.duplicate();
    }

    private static Header[] headers(Record record) {
        RecordHeaders headers = new RecordHeaders();
        for (RecordHeader header : record.headers()) {
            ByteBuffer value = header.value();
            byte[] bytes = null;
            if (value != null) {
                bytes = new byte[value.remaining()];
                value.get(value.position(), bytes);
            }
            headers.add(header.key(), bytes);
        }
        return headers.toArray();
    }

    private static List<RecordHeader> headers(Header[] headers) {
        List<RecordHeader> ours = new ArrayList<>();
        for (Header header : headers) {
            byte[] value = header.value();
            ours.add(new RecordHeader(header.key(), value == null ? null : ByteBuffer.wrap(value)));
        }
        return ours;
    }
}
