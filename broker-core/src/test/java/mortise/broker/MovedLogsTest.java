package mortise.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import mortise.consensus.raft.RaftProvider;
import mortise.storage.local.LocalStorageProvider;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.errors.LogDirNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs of a broker with several log directories, moved by the Java client's administrator. */
class MovedLogsTest {
    private static final TopicPartition PARTITION = new TopicPartition("moving", 0);
    private static final TopicPartitionReplica REPLICA = new TopicPartitionReplica("moving", 0, 1);
    private static final String VALUE = "v".repeat(1_000);

    @TempDir private Path directory;

    private BrokerBuilder embedded() {
        return new BrokerBuilder()
                .plugin(new LocalStorageProvider())
                .plugin(new RaftProvider())
                .set("node.id", "1")
                .set("plugins.storage", "local")
                .set("storage.local.directories", "a,b,c")
                .set("data.directory", directory.toString())
                .set("listeners", "127.0.0.1:0");
    }

    private static Map<String, Object> client(Broker broker, Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(more);
        config.put(
                "bootstrap.servers",
                broker.status().listeners().values().iterator().next().toString());
        return config;
    }

    private static KafkaProducer<Integer, String> producer(Broker broker) {
        return new KafkaProducer<>(
                client(broker, Map.of("linger.ms", 0)),
                new IntegerSerializer(),
                new StringSerializer());
    }

    /** Sends a record that is to be found later; the producer's end waits for all of them. */
    private static void send(KafkaProducer<Integer, String> producer, int key) {
        var _ = producer.send(new ProducerRecord<>("moving", 0, key, VALUE));
    }

    private static void produce(Broker broker, int from, int to) {
        try (KafkaProducer<Integer, String> producer = producer(broker)) {
            for (int i = from; i < to; i++) {
                send(producer, i);
            }
        }
    }

    /** What a consumer reads from the start of the partition, up to so many records. */
    private static List<Integer> consumed(Broker broker, int wanted) {
        List<Integer> keys = new ArrayList<>();
        try (var consumer =
                new KafkaConsumer<>(
                        client(broker, Map.of("auto.offset.reset", "earliest")),
                        new IntegerDeserializer(),
                        new StringDeserializer())) {
            consumer.assign(List.of(PARTITION));
            for (int polls = 0; polls < 100 + wanted / 100 && keys.size() < wanted; polls++) {
                consumer.poll(Duration.ofSeconds(1))
                        .forEach(consumed -> {
                            assertThat(consumed.value()).isEqualTo(VALUE);
                            keys.add(consumed.key());
                        });
            }
        }
        return keys;
    }

    private static List<Integer> keys(int from, int to) {
        return java.util.stream.IntStream.range(from, to).boxed().toList();
    }

    private static void create(Admin admin, Map<String, String> configs) throws Exception {
        admin.createTopics(List.of(new NewTopic("moving", 1, (short) 1).configs(configs)))
                .all()
                .get();
    }

    /** The log and its future log, by directory. */
    private static Map<String, ReplicaInfo> logs(Admin admin) throws Exception {
        Map<String, ReplicaInfo> logs = new HashMap<>();
        admin.describeLogDirs(List.of(1))
                .allDescriptions()
                .get()
                .get(1)
                .forEach((path, described) -> {
                    assertThat(described.totalBytes().getAsLong()).isPositive();
                    assertThat(described.usableBytes().getAsLong()).isPositive();
                    ReplicaInfo info = described.replicaInfos().get(PARTITION);
                    if (info != null) {
                        logs.put(path, info);
                    }
                });
        return logs;
    }

    private static String place(Admin admin) throws Exception {
        return logs(admin).entrySet().stream()
                .filter(log -> !log.getValue().isFuture())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    private static List<String> others(Admin admin) throws Exception {
        String place = place(admin);
        return admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1).keySet().stream()
                .filter(path -> !path.equals(place))
                .sorted()
                .toList();
    }

    private static void move(Admin admin, String path) throws Exception {
        admin.alterReplicaLogDirs(Map.of(REPLICA, path)).all().get();
    }

    private static void await(Admin admin, Predicate<Map<String, ReplicaInfo>> condition)
            throws Exception {
        Map<String, ReplicaInfo> logs = logs(admin);
        for (int i = 0; i < 20_000 && !condition.test(logs); i++) {
            logs = logs(admin);
        }
        assertThat(condition).accepts(logs);
    }

    private static Predicate<Map<String, ReplicaInfo>> onlyIn(String path) {
        return logs -> logs.keySet().equals(java.util.Set.of(path));
    }

    private static boolean hasFuture(Map<String, ReplicaInfo> logs) {
        return logs.values().stream().anyMatch(ReplicaInfo::isFuture);
    }

    @Test
    void aPartitionMovesWhileItIsWrittenAndRead() throws Exception {
        int written;
        String target;
        try (Broker broker = embedded().start();
                Admin admin = Admin.create(client(broker, Map.of()))) {
            create(admin, Map.of("segment.bytes", "1048576"));
            produce(broker, 0, 20_000);
            AtomicBoolean stop = new AtomicBoolean();
            AtomicInteger sent = new AtomicInteger(20_000);
            List<Integer> read = new ArrayList<>();
            Thread writer =
                    Thread.ofVirtual()
                            .start(() -> {
                                try (KafkaProducer<Integer, String> producer = producer(broker)) {
                                    while (!stop.get()) {
                                        send(producer, sent.getAndIncrement());
                                    }
                                }
                            });
            Thread reader =
                    Thread.ofPlatform()
                            .start(() -> {
                                try (var consumer =
                                        new KafkaConsumer<>(
                                                client(
                                                        broker,
                                                        Map.of("auto.offset.reset", "earliest")),
                                                new IntegerDeserializer(),
                                                new StringDeserializer())) {
                                    consumer.assign(List.of(PARTITION));
                                    while (!stop.get()) {
                                        consumer.poll(Duration.ofMillis(100))
                                                .forEach(record -> read.add(record.key()));
                                    }
                                }
                            });
            target = others(admin).getFirst();
            for (String path : List.of(target, others(admin).getLast(), target)) {
                move(admin, path);
                await(admin, onlyIn(path));
            }
            stop.set(true);
            writer.join();
            reader.join();
            written = sent.get();

            assertThat(read).isEqualTo(keys(0, read.size())).hasSizeGreaterThan(100);
            assertThat(consumed(broker, written).equals(keys(0, written)))
                    .as("all of %s records are there in order", written)
                    .isTrue();
        }
        try (Broker broker = embedded().start();
                Admin admin = Admin.create(client(broker, Map.of()))) {
            assertThat(place(admin)).isEqualTo(target);
            produce(broker, written, written + 10);
            assertThat(consumed(broker, written + 10).equals(keys(0, written + 10)))
                    .as("all of %s records are there in order", written + 10)
                    .isTrue();
        }
    }

    @Test
    void aMoveGoesOnAfterAKillAndAStop() throws Exception {
        String target;
        try (Broker broker = slow().start();
                Admin admin = Admin.create(client(broker, Map.of()))) {
            create(admin, Map.of("segment.bytes", "1048576"));
            produce(broker, 0, 8_000);
            target = others(admin).getFirst();
            move(admin, target);
            await(admin, logs -> hasFuture(logs) && logs.get(target).size() > 1_000_000);
            assertThat(logs(admin).get(target).offsetLag()).isPositive();
            produce(broker, 8_000, 8_100);
            broker.kill();
        }
        try (Broker broker = slow().start();
                Admin admin = Admin.create(client(broker, Map.of()))) {
            await(admin, MovedLogsTest::hasFuture);
            assertThat(logs(admin).get(target).size()).isGreaterThan(1_000_000);
            produce(broker, 8_100, 8_200);
        }
        try (Broker broker = embedded().start();
                Admin admin = Admin.create(client(broker, Map.of()))) {
            await(admin, onlyIn(target));
            produce(broker, 8_200, 8_300);
            assertThat(consumed(broker, 8_300)).isEqualTo(keys(0, 8_300));
        }
    }

    private BrokerBuilder slow() {
        return embedded().set("partition.move-bytes-per-second", "1MiB");
    }

    @Test
    void aMoveIsReplacedEndedAndRemovedWithItsTopic() throws Exception {
        try (Broker broker = slow().start();
                Admin admin = Admin.create(client(broker, Map.of()))) {
            create(admin, Map.of("segment.bytes", "1048576"));
            produce(broker, 0, 20_000);
            String place = place(admin);
            List<String> others = others(admin);

            move(admin, others.get(0));
            await(admin, logs -> logs.keySet().equals(java.util.Set.of(place, others.get(0))));
            move(admin, others.get(1));
            await(admin, logs -> logs.keySet().equals(java.util.Set.of(place, others.get(1))));
            move(admin, place);
            await(admin, onlyIn(place));
            move(admin, others.get(0));
            admin.deleteRecords(Map.of(PARTITION, RecordsToDelete.beforeOffset(15_000)))
                    .all()
                    .get();
            assertThat(consumed(broker, 5_000)).isEqualTo(keys(15_000, 20_000));
            admin.deleteTopics(List.of("moving")).all().get();
            await(admin, Map::isEmpty);
        }
        for (String name : List.of("a", "b", "c")) {
            try (var entries = Files.list(logDirectory(name))) {
                assertThat(entries.filter(entry -> entry.toString().endsWith("-future"))).isEmpty();
            }
        }
    }

    private Path logDirectory(String name) throws Exception {
        try (var all = Files.walk(directory, 3)) {
            return all.filter(path -> path.endsWith(name) && Files.isDirectory(path))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void whatCannotBeMovedIsRefused() throws Exception {
        try (Broker broker = embedded().start();
                Admin admin = Admin.create(client(broker, Map.of()))) {
            create(admin, Map.of());
            String other = others(admin).getFirst();

            assertThatThrownBy(() -> move(admin, "/nowhere"))
                    .hasCauseInstanceOf(LogDirNotFoundException.class);
            assertThatThrownBy(() ->
                            admin.alterReplicaLogDirs(
                                            Map.of(
                                                    new TopicPartitionReplica("moving", 7, 1),
                                                    other))
                                    .all()
                                    .get())
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
            move(admin, place(admin));
            move(admin, other);
            await(admin, onlyIn(other));
        }
    }
}
