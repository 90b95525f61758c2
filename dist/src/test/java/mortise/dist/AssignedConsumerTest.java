package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Java consumer with partitions that it was assigned: no group, positions of its own. */
@Timeout(120)
class AssignedConsumerTest {
    private static final TopicPartition PARTITION = new TopicPartition("assigned", 1);
    private static final int RECORDS = 100;

    @TempDir static Path directory;

    private static BrokerProcess broker;
    private static long firstTimestamp;

    @BeforeAll
    static void produce() throws Exception {
        broker = BrokerProcess.start(directory.resolve("data"));
        JavaClient.createTopic(broker.bootstrap(), PARTITION.topic(), 2);
        firstTimestamp = System.currentTimeMillis() - RECORDS * 1_000;
        try (KafkaProducer<byte[], byte[]> producer =
                JavaClient.producer(broker.bootstrap(), Map.of("batch.size", 500))) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < RECORDS; i++) {
                sent.add(
                        producer.send(
                                new ProducerRecord<>(
                                        PARTITION.topic(),
                                        PARTITION.partition(),
                                        firstTimestamp + i * 1_000L,
                                        null,
                                        value(i))));
            }
            producer.flush();
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        }
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static byte[] value(int number) {
        return ("value-" + number).getBytes(StandardCharsets.UTF_8);
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> settings) {
        Map<String, Object> all =
                new java.util.HashMap<>(
                        Map.of(
                                "bootstrap.servers",
                                broker.bootstrap(),
                                "enable.auto.commit",
                                false,
                                "auto.offset.reset",
                                "none"));
        all.putAll(settings);
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(List.of(PARTITION));
        return consumer;
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(
            KafkaConsumer<byte[], byte[]> consumer, int count) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        while (records.size() < count) {
            consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
        }
        return records;
    }

    private static void assertFrom(List<ConsumerRecord<byte[], byte[]>> records, int first) {
        for (int i = 0; i < records.size(); i++) {
            ConsumerRecord<byte[], byte[]> record = records.get(i);
            assertThat(record.offset()).isEqualTo(first + i);
            assertThat(record.value()).isEqualTo(value(first + i));
            assertThat(record.timestamp()).isEqualTo(firstTimestamp + (first + i) * 1_000L);
        }
    }

    @Test
    void fromTheBeginningEverythingComesInOrder() {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of())) {
            consumer.seekToBeginning(List.of(PARTITION));
            List<ConsumerRecord<byte[], byte[]>> records = read(consumer, RECORDS);
            assertThat(records).hasSize(RECORDS);
            assertFrom(records, 0);
            assertThat(consumer.position(PARTITION)).isEqualTo(RECORDS);
        }
    }

    @Test
    void seekingGoesToEveryRecordAlsoInsideABatch() {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of("max.poll.records", 1))) {
            for (int offset : new int[] {99, 0, 57, 58, 3}) {
                consumer.seek(PARTITION, offset);
                assertFrom(read(consumer, 1), offset);
            }
        }
    }

    @Test
    void offsetsAreFoundByTime() {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of())) {
            for (int number : new int[] {0, 1, 42, 99}) {
                for (long early : new long[] {0, 1, 999}) {
                    OffsetAndTimestamp found =
                            consumer.offsetsForTimes(
                                            Map.of(
                                                    PARTITION,
                                                    firstTimestamp + number * 1_000L - early))
                                    .get(PARTITION);
                    assertThat(found.offset()).isEqualTo(number);
                    assertThat(found.timestamp()).isEqualTo(firstTimestamp + number * 1_000L);
                }
            }
            assertThat(
                            consumer.offsetsForTimes(
                                            Map.of(PARTITION, firstTimestamp + RECORDS * 1_000L))
                                    .get(PARTITION))
                    .isNull();
        }
    }

    @Test
    void theEndsOfPartitionsAreTold() {
        TopicPartition empty = new TopicPartition(PARTITION.topic(), 0);
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of())) {
            assertThat(consumer.endOffsets(List.of(PARTITION, empty)))
                    .isEqualTo(Map.of(PARTITION, (long) RECORDS, empty, 0L));
            assertThat(consumer.beginningOffsets(List.of(PARTITION, empty)))
                    .isEqualTo(Map.of(PARTITION, 0L, empty, 0L));
            assertThat(consumer.partitionsFor(PARTITION.topic())).hasSize(2);
        }
    }
}
