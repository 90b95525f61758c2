package mortise.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import mortise.api.TopicId;
import mortise.metadata.kafka.record.KafkaConfigRecord;
import mortise.metadata.kafka.record.KafkaMetadataRecord;
import mortise.metadata.kafka.record.KafkaPartitionRecord;
import mortise.metadata.kafka.record.KafkaTopicRecord;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.record.TransactionMarker;
import mortise.wire.MessageSize;
import mortise.wire.WireWriter;

/** A log directory as Apache Kafka leaves it, one broker and controller, stopped cleanly. */
final class KafkaFiles {
    static final int NODE = 1;
    private static final int EPOCH = 3;

    private final Path directory;
    private long metadataOffset;

    KafkaFiles(Path directory) {
        this.directory = directory;
        write(
                directory.resolve("meta.properties"),
                "version=1\ncluster.id=MkU3OEVBNTcwNTJENDM2Qg\nnode.id=" + NODE + "\n");
        write(directory.resolve(".kafka_cleanshutdown"), "{\"version\":0,\"brokerEpoch\":8}");
        write(directory.resolve(".lock"), "");
        write(directory.resolve("__cluster_metadata-0/partition.metadata"), "version: 0\n");
    }

    Path directory() {
        return directory;
    }

    static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void append(Path file, ByteBuffer bytes) {
        try {
            Files.createDirectories(file.getParent());
            byte[] copy = new byte[bytes.remaining()];
            bytes.duplicate().get(copy);
            Files.write(file, copy, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** A topic in the metadata, and the directories of its partitions. */
    void topic(String name, TopicId id, int partitions, Map<String, String> configs) {
        metadata(new KafkaTopicRecord().name(name).topicId(id.value()), 0);
        for (int i = 0; i < partitions; i++) {
            metadata(
                    new KafkaPartitionRecord()
                            .partitionId(i)
                            .topicId(id.value())
                            .replicas(List.of(NODE))
                            .isr(List.of(NODE))
                            .leader(NODE)
                            .leaderEpoch(EPOCH)
                            .partitionEpoch(1)
                            .directories(List.of(id.value())),
                    1);
            write(partition(name, i).resolve("partition.metadata"), "version: 0\ntopic_id: " + id);
            write(segment(name, i, 0), "");
        }
        configs.forEach((config, value) ->
                metadata(
                        new KafkaConfigRecord()
                                .resourceType((byte) 2)
                                .resourceName(name)
                                .name(config)
                                .value(value),
                        0));
    }

    private void metadata(KafkaMetadataRecord record, int version) {
        MessageSize size = new MessageSize();
        record.measure(size, (short) version);
        ByteBuffer frame = ByteBuffer.allocate(3 + size.totalBytes());
        frame.put((byte) 1).put((byte) record.recordType().id()).put((byte) version);
        record.write(new WireWriter(frame), size, (short) version);
        try (RecordBatchBuilder builder = builder(metadataOffset++)) {
            append(
                    directory.resolve("__cluster_metadata-0/00000000000000000000.log"),
                    builder.append(1, null, frame.flip()).build().buffer());
        }
    }

    Path partition(String topic, int index) {
        return directory.resolve(topic + "-" + index);
    }

    Path segment(String topic, int index, long base) {
        return partition(topic, index).resolve(String.format(Locale.ROOT, "%020d.log", base));
    }

    private static RecordBatchBuilder builder(long base) {
        return RecordBatchBuilder.growing(256).baseOffset(base).leaderEpoch(EPOCH);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A batch of records whose timestamps are 1,000 and their offset. */
    static RecordBatch batch(long base, int records) {
        try (RecordBatchBuilder builder = builder(base)) {
            return filled(builder, base, records);
        }
    }

    private static RecordBatch filled(RecordBatchBuilder builder, long base, int records) {
        for (int i = 0; i < records; i++) {
            builder.append(1_000 + base + i, bytes("key " + (base + i)), bytes("value " + i));
        }
        return builder.build();
    }

    /** A batch of a transaction. */
    static RecordBatch transactional(long base, int records, long producer) {
        try (RecordBatchBuilder builder =
                builder(base).producer(producer, (short) 0, (int) base).transactional()) {
            return filled(builder, base, records);
        }
    }

    /** The end of a transaction. */
    static RecordBatch marker(long offset, long producer, boolean committed) {
        try (RecordBatchBuilder builder =
                builder(offset)
                        .producer(producer, (short) 0, RecordBatch.NO_SEQUENCE)
                        .transactional()
                        .control()) {
            return builder.append(1_000, new TransactionMarker(committed, 0)).build();
        }
    }

    void append(String topic, int index, long segment, RecordBatch... batches) {
        for (RecordBatch batch : batches) {
            append(segment(topic, index, segment), batch.buffer());
        }
    }

    /** What a broker leaves that was killed. */
    void killed(String topic, int index, long recoveryPoint) throws IOException {
        Files.deleteIfExists(directory.resolve(".kafka_cleanshutdown"));
        checkpoint("recovery-point-offset-checkpoint", topic, index, recoveryPoint);
    }

    void checkpoint(String file, String topic, int index, long offset) {
        write(directory.resolve(file), "0\n1\n" + topic + " " + index + " " + offset + "\n");
    }
}
