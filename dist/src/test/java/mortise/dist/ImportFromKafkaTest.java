package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Apache Kafka wrote is served by Mortise as Apache Kafka served it, after {@code mortise log
 * import}; and segments that Mortise wrote are served by Apache Kafka.
 */
@Timeout(420)
class ImportFromKafkaTest {
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    private static final int RECORDS = 1_500;
    private static final int KEYS = 120;
    private static final long FIRST_TIMESTAMP = 1_700_000_000_000L;
    private static final long STEP_MILLIS = 7;
    private static final long TRIMMED_TO = 3_333;

    /** Compaction and deletion at once, so that there is something to see. */
    private static final String BUSY =
            """
            log.cleaner.backoff.ms=200
            log.retention.check.interval.ms=500
            log.initial.task.delay.ms=500
            """;

    @TempDir private Path directory;
    private final Random random = new Random(7);
    private long written;

    @Test
    void everythingIsServedAsItWas() throws Exception {
        Path kafkaDirectory = directory.resolve("kafka");
        Path source = kafkaDirectory.resolve("data");
        Path data = directory.resolve("data");
        Map<String, String> before;
        List<Kcat.Received> committed;
        try (ApacheKafka kafka = ApacheKafka.start(kafkaDirectory, BUSY)) {
            create(kafka.bootstrap());
            for (String codec : CODECS) {
                produce(kafka.bootstrap(), codec);
            }
            transactions(kafka.bootstrap());
            trim(kafka.bootstrap());
            awaitCompaction(source);
            assertThat(imported(1, source, data).err())
                    .as("while Apache Kafka runs")
                    .contains("in use by a running Apache Kafka");
            before = settled(kafka.bootstrap());
            committed = committed(kafka.bootstrap());
            kafka.stop();
        }
        assertThat(committed).as("records of committed transactions").hasSize(80);
        Map<Path, byte[]> files = contents(source);

        assertThat(imported(0, source, data).out())
                .as("the preview")
                .contains("plain (", "retention.ms=-1", "add --yes")
                .contains("__transaction_state is left behind");
        assertThat(data).as("after the preview").doesNotExist();
        imported(0, source, data, "--yes");

        assertThat(contents(source)).as("files of Apache Kafka").hasSameSizeAs(files);
        contents(source)
                .forEach((file, bytes) ->
                        assertThat(bytes).as("%s", file).isEqualTo(files.get(file)));
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            assertThat(differences(before, ServedTopics.of(broker.bootstrap(), timestamps())))
                    .as("served by Mortise")
                    .isEmpty();
            assertThat(committed(broker.bootstrap())).as("committed").isEqualTo(committed);
            newProducersGoOn(broker.bootstrap());
            broker.stop();
        }
        assertThat(transactionIndexes(data.resolve("local/logs")))
                .as("aborted transactions")
                .isEqualTo(transactionIndexes(source))
                .isNotEmpty();
        assertThat(producers(data.resolve("local/logs/trimmed-0"), source.resolve("trimmed-0")))
                .as("producers, some of whose records were all deleted")
                .isEqualTo(CODECS.size());
        BrokerProcess.Finished verified =
                BrokerProcess.run("log", "verify", "--data", data.toString());
        assertThat(verified.out()).as("log verify").contains("nothing is wrong");
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            assertThat(differences(before, ServedTopics.of(broker.bootstrap(), timestamps())))
                    .as("after another start: what new producers added")
                    .allMatch(difference -> difference.startsWith("plain-0"));
        }
    }

    private static BrokerProcess.Finished imported(
            int status, Path source, Path data, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "log",
                                "import",
                                "--from",
                                source.toString(),
                                "--data",
                                data.toString()));
        arguments.addAll(List.of(more));
        BrokerProcess.Finished finished = BrokerProcess.run(arguments.toArray(String[]::new));
        assertThat(finished.status())
                .as("%s: %s%s", arguments, finished.out(), finished.err())
                .isEqualTo(status);
        return finished;
    }

    private static void create(String bootstrap) throws InterruptedException, ExecutionException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(
                            List.of(
                                    topic(
                                            "plain",
                                            3,
                                            Map.of(
                                                    "segment.bytes", "1048576",
                                                    "retention.ms", "-1")),
                                    topic(
                                            "some.small-segments",
                                            2,
                                            Map.of(
                                                    "segment.ms", "1000",
                                                    "index.interval.bytes", "512",
                                                    "retention.ms", "-1",
                                                    "max.message.bytes", "2000000")),
                                    topic(
                                            "appended",
                                            1,
                                            Map.of("message.timestamp.type", "LogAppendTime")),
                                    topic(
                                            "compacted",
                                            1,
                                            Map.of(
                                                    "cleanup.policy", "compact",
                                                    "segment.ms", "1000",
                                                    "min.cleanable.dirty.ratio", "0.01",
                                                    "delete.retention.ms", "0")),
                                    topic("transactions", 1, Map.of("retention.ms", "-1")),
                                    topic(
                                            "trimmed",
                                            1,
                                            Map.of(
                                                    "segment.bytes", "1048576",
                                                    "retention.ms", "-1")),
                                    topic("emptied", 1, Map.of("retention.ms", "-1")),
                                    topic("never-written", 2, Map.of()),
                                    topic("deleted", 1, Map.of())))
                    .all()
                    .get();
            admin.deleteTopics(List.of("deleted")).all().get();
        }
    }

    private static NewTopic topic(String name, int partitions, Map<String, String> configs) {
        return new NewTopic(name, partitions, (short) 1).configs(configs);
    }

    private void produce(String bootstrap, String codec)
            throws InterruptedException, ExecutionException {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer =
                JavaClient.producer(bootstrap, Map.of("compression.type", codec))) {
            for (int i = 0; i < RECORDS; i++) {
                byte[] value = new byte[random.nextInt(1_500)];
                random.nextBytes(value);
                long timestamp = FIRST_TIMESTAMP + STEP_MILLIS * written++;
                for (String topic :
                        List.of("plain", "some.small-segments", "appended", "emptied")) {
                    sent.add(
                            producer.send(
                                    record(
                                            topic,
                                            timestamp,
                                            "key " + i,
                                            i % 17 == 0 ? null : value)));
                }
                // now, or its producers would be too old to be remembered
                sent.add(producer.send(record("trimmed", null, "key " + i, value)));
                sent.add(
                        producer.send(
                                record(
                                        "compacted",
                                        timestamp,
                                        "key " + i % KEYS,
                                        i % 23 == 0 ? null : value)));
            }
        }
        for (Future<RecordMetadata> one : sent) {
            one.get();
        }
    }

    private static ProducerRecord<byte[], byte[]> record(
            String topic, @Nullable Long timestamp, String key, byte @Nullable [] value) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(
                topic, null, timestamp, bytes, value, List.of(new RecordHeader("header", bytes)));
    }

    private static void transactions(String bootstrap) {
        try (KafkaProducer<byte[], byte[]> producer =
                JavaClient.producer(bootstrap, Map.of("transactional.id", "imported"))) {
            producer.initTransactions();
            for (int i = 0; i < 12; i++) {
                producer.beginTransaction();
                for (int j = 0; j < 10; j++) {
                    long timestamp = FIRST_TIMESTAMP + 10L * i + j;
                    // what goes wrong shows when the transaction ends
                    var _ =
                            producer.send(
                                    record(
                                            "transactions",
                                            timestamp,
                                            "key " + j,
                                            new byte[] {(byte) i}));
                }
                producer.flush();
                if (i % 3 == 0) {
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
            }
        }
    }

    private static List<Kcat.Received> committed(String bootstrap) {
        return JavaClient.consume(bootstrap, "transactions", "read_committed");
    }

    private static void trim(String bootstrap) throws InterruptedException, ExecutionException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.deleteRecords(
                            Map.of(
                                    new TopicPartition("trimmed", 0),
                                    RecordsToDelete.beforeOffset(TRIMMED_TO),
                                    new TopicPartition("emptied", 0),
                                    RecordsToDelete.beforeOffset(-1)))
                    .all()
                    .get();
        }
    }

    /** Waits until Apache Kafka has compacted and deleted what it is to. */
    private static void awaitCompaction(Path source) throws IOException {
        long until = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (bytes(source.resolve("compacted-0")) > 500_000
                || Files.exists(source.resolve("trimmed-0/00000000000000000000.log"))) {
            assertThat(System.nanoTime() - until)
                    .as("a minute over, and the cleaner is not done")
                    .isNegative();
        }
    }

    private static long bytes(Path directory) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(one -> one.toString().endsWith(".log")).toList()) {
                bytes += Files.exists(file) ? Files.size(file) : 0;
            }
        } catch (NoSuchFileException renamedMeanwhile) {
            return Long.MAX_VALUE;
        }
        return bytes;
    }

    /** What is served once two looks show the same. */
    private static Map<String, String> settled(String bootstrap)
            throws InterruptedException, ExecutionException {
        Map<String, String> last = ServedTopics.of(bootstrap, timestamps());
        Map<String, String> now = ServedTopics.of(bootstrap, timestamps());
        while (!now.equals(last)) {
            last = now;
            now = ServedTopics.of(bootstrap, timestamps());
        }
        now.keySet().removeIf(what -> what.startsWith("__"));
        return now;
    }

    private static List<Long> timestamps() {
        long records = (long) CODECS.size() * RECORDS;
        return List.of(
                0L,
                FIRST_TIMESTAMP + 3,
                FIRST_TIMESTAMP + STEP_MILLIS * records / 3 + 1,
                FIRST_TIMESTAMP + STEP_MILLIS * records / 2,
                FIRST_TIMESTAMP + STEP_MILLIS * (records - 1),
                FIRST_TIMESTAMP + STEP_MILLIS * records,
                Long.MAX_VALUE);
    }

    /** What is not the same, but what Apache Kafka says of records that it has deleted. */
    private static List<String> differences(Map<String, String> before, Map<String, String> after) {
        List<String> differences = new ArrayList<>();
        Set<String> all = new TreeSet<>(before.keySet());
        all.addAll(after.keySet());
        // it answers from the segment that is left, all of which lies below the start
        all.remove("emptied-0 largest timestamp");
        for (String what : all) {
            String was = before.get(what);
            String is = after.get(what);
            if (was == null || !was.equals(is)) {
                differences.add(what + ": " + was + ", now " + is);
            }
        }
        return differences;
    }

    /**
     * Producers get IDs that none of the records has, or they would be taken for their producers.
     */
    private static void newProducersGoOn(String bootstrap)
            throws InterruptedException, ExecutionException {
        for (int i = 0; i < 3; i++) {
            try (KafkaProducer<byte[], byte[]> producer =
                    JavaClient.producer(bootstrap, Map.of())) {
                long offset =
                        producer.send(
                                        new ProducerRecord<>(
                                                "plain", 0, new byte[] {1}, new byte[] {2}))
                                .get()
                                .offset();
                assertThat(offset).as("the offset of a new record").isGreaterThan(i);
            }
        }
    }

    private static Map<Path, byte[]> contents(Path directory) throws IOException {
        Map<Path, byte[]> contents = new HashMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file, Files.readAllBytes(file));
            }
        }
        return contents;
    }

    /** The bytes of the transaction indexes of a partition's segments, in their order. */
    private static byte[] transactionIndexes(Path logs) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Stream<Path> files = Files.list(logs.resolve("transactions-0"))) {
            for (Path file :
                    files.filter(one -> one.toString().endsWith(".txnindex")).sorted().toList()) {
                bytes.writeBytes(Files.readAllBytes(file));
            }
        }
        return bytes.toByteArray();
    }

    /** How many producers two partitions both know, as Apache Kafka's dump tool tells. */
    private static int producers(Path one, Path other) throws IOException {
        Set<String> both = producers(one);
        both.retainAll(producers(other));
        return both.size();
    }

    private static Set<String> producers(Path partition) throws IOException {
        Path newest;
        try (Stream<Path> files = Files.list(partition)) {
            newest =
                    files.filter(file -> file.toString().endsWith(".snapshot"))
                            .sorted()
                            .reduce((first, second) -> second)
                            .orElseThrow();
        }
        Matcher found =
                Pattern.compile(
                                "producerId: (\\d+) producerEpoch: (\\d+).*?lastSequence: (\\d+) lastOffset: (\\d+)")
                        .matcher(KafkaTool.dump(List.of(newest)));
        Set<String> producers = new TreeSet<>();
        while (found.find()) {
            producers.add(
                    String.join(
                            " ", found.group(1), found.group(2), found.group(3), found.group(4)));
        }
        return producers;
    }

    @Test
    void segmentsOfMortiseAreServedByApacheKafka() throws Exception {
        Path data = directory.resolve("data");
        Path kafkaDirectory = directory.resolve("kafka");
        Map<String, String> before;
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            create(broker.bootstrap());
            for (String codec : CODECS) {
                produce(broker.bootstrap(), codec);
            }
            before = settled(broker.bootstrap());
            broker.stop();
        }
        try (ApacheKafka kafka = ApacheKafka.start(kafkaDirectory)) {
            create(kafka.bootstrap());
            kafka.stop();
        }
        List<String> partitions = List.of("plain-0", "plain-1", "plain-2", "appended-0");
        for (String partition : partitions) {
            Path from = data.resolve("local/logs").resolve(partition);
            Path to = kafkaDirectory.resolve("data").resolve(partition);
            try (Stream<Path> files = Files.list(from)) {
                for (Path file : files.toList()) {
                    if (file.toString()
                            .matches(
                                    ".*(\\.(log|index|timeindex|snapshot)|leader-epoch-checkpoint)")) {
                        Files.copy(
                                file,
                                to.resolve(file.getFileName()),
                                StandardCopyOption.REPLACE_EXISTING);
                    }
                }
            }
        }
        try (ApacheKafka kafka = ApacheKafka.start(kafkaDirectory)) {
            Map<String, String> after = ServedTopics.of(kafka.bootstrap(), timestamps());
            for (String partition : partitions) {
                before.keySet().stream()
                        .filter(what -> what.startsWith(partition + " "))
                        .forEach(what ->
                                assertThat(after.get(what)).as(what).isEqualTo(before.get(what)));
            }
        }
    }
}
