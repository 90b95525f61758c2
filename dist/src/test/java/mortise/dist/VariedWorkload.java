package mortise.dist;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Records of many kinds in topics of many kinds: every codec, idempotent producers and others,
 * batches of one record and of many; no keys, no values, headers, times of all ages.
 */
final class VariedWorkload {
    static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    static final String COMPACTED = "compacted";
    static final String TRIMMED = "trimmed";
    static final String NEVER_WRITTEN = "never-written";
    static final String APPENDED = "appended";
    static final String LARGE = "large";

    /** How many producers that have IDs each call of {@link #produce(String)} writes by. */
    static final int IDEMPOTENT_PRODUCERS = 2 * CODECS.size();

    private static final String ODD_TIMES = "odd-times";
    private static final int RECORDS = 150;
    private static final int KEYS = 25;

    /** Indexes this small fill after a few batches, and a full index ends its segment. */
    private static final Map<String, String> SMALL =
            Map.of(
                    "segment.index.bytes", "240",
                    "index.interval.bytes", "64",
                    "retention.ms", "-1");

    private static final Map<String, Integer> PARTITIONS =
            Map.of("plain", 3, APPENDED, 2, ODD_TIMES, 2);

    /** What each topic has besides, or instead of, what makes its segments small. */
    private static final Map<String, Map<String, String>> TOPICS =
            new TreeMap<>(
                    Map.of(
                            "plain",
                            Map.of(),
                            APPENDED,
                            Map.of("message.timestamp.type", "LogAppendTime"),
                            ODD_TIMES,
                            Map.of("message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE)),
                            COMPACTED,
                            Map.of(
                                    "cleanup.policy",
                                    "compact",
                                    "min.cleanable.dirty.ratio",
                                    "0.01"),
                            "zstd",
                            Map.of("compression.type", "zstd"),
                            "uncompressed",
                            Map.of("compression.type", "uncompressed"),
                            TRIMMED,
                            Map.of(),
                            LARGE,
                            Map.of("segment.index.bytes", "10485760", "segment.bytes", "1048576"),
                            NEVER_WRITTEN,
                            Map.of()));

    private final Random random = new Random(11);
    private final long start;
    private final Map<String, NavigableMap<Long, String>> acknowledged = new HashMap<>();
    private final Map<String, Map<String, Long>> latest = new HashMap<>();
    private long written;

    /** A workload whose times, but for the odd ones, lie about a start. */
    VariedWorkload(long startMillis) {
        this.start = startMillis;
    }

    /**
     * The records of a partition by their offsets, as Kafka's dump tool prints them but for their
     * sequence numbers.
     */
    NavigableMap<Long, String> acknowledged(String partition) {
        return acknowledged.getOrDefault(partition, new TreeMap<>());
    }

    /** The offsets of the last record of each key of a partition. */
    Collection<Long> latest(String partition) {
        return latest.getOrDefault(partition, Map.of()).values();
    }

    /** The partitions of all topics, as their directories are named. */
    static List<String> partitions() {
        List<String> partitions = new ArrayList<>();
        for (String topic : TOPICS.keySet()) {
            for (int i = 0; i < PARTITIONS.getOrDefault(topic, 1); i++) {
                partitions.add(topic + "-" + i);
            }
        }
        return partitions;
    }

    void createTopics(String bootstrap) throws InterruptedException, ExecutionException {
        List<NewTopic> topics = new ArrayList<>();
        TOPICS.forEach((topic, configs) -> {
            Map<String, String> all = new HashMap<>(SMALL);
            all.putAll(configs);
            int partitions = PARTITIONS.getOrDefault(topic, 1);
            topics.add(new NewTopic(topic, partitions, (short) 1).configs(all));
        });
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(topics).all().get();
        }
    }

    /** Writes to every topic but one, by fifteen producers, ten of which are idempotent. */
    void produce(String bootstrap) throws InterruptedException, ExecutionException {
        Map<String, Object> manyInABatch = Map.of("linger.ms", 20, "batch.size", 6_000);
        Map<String, Object> oneInABatch = Map.of("linger.ms", 0, "batch.size", 0);
        for (String codec : CODECS) {
            produce(bootstrap, codec, true, manyInABatch);
            produce(bootstrap, codec, false, manyInABatch);
            // last: that fills segments, and the active one is never compacted
            produce(bootstrap, codec, true, oneInABatch);
        }
    }

    private void produce(
            String bootstrap, String codec, boolean idempotent, Map<String, Object> batches)
            throws InterruptedException, ExecutionException {
        Map<String, Object> settings = new HashMap<>(batches);
        settings.put("compression.type", codec);
        settings.put("enable.idempotence", idempotent);
        List<Sent> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = JavaClient.producer(bootstrap, settings)) {
            for (int i = 0; i < RECORDS; i++) {
                for (String topic : TOPICS.keySet()) {
                    if (!topic.equals(NEVER_WRITTEN)) {
                        ProducerRecord<byte[], byte[]> record = record(topic);
                        sent.add(new Sent(record, producer.send(record)));
                    }
                }
                written++;
            }
        }
        for (Sent one : sent) {
            acknowledge(one.record(), one.at().get());
        }
    }

    private record Sent(ProducerRecord<byte[], byte[]> record, Future<RecordMetadata> at) {}

    private ProducerRecord<byte[], byte[]> record(String topic) {
        List<Header> headers = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            headers.add(new RecordHeader("header" + random.nextInt(3), i == 2 ? null : text(9)));
        }
        byte[] key =
                random.nextInt(5) > 0 || topic.equals(COMPACTED)
                        ? ("key" + random.nextInt(KEYS)).getBytes(StandardCharsets.US_ASCII)
                        : null;
        byte[] value =
                switch (random.nextInt(topic.equals(COMPACTED) ? 4 : 12)) {
                    case 0 -> null;
                    case 1 -> new byte[0];
                    default -> text(topic.equals(LARGE) ? 2_500 : 300);
                };
        return new ProducerRecord<>(topic, null, timestamp(topic), key, value, headers);
    }

    /** Up to a number of letters and digits, and at least one. */
    private byte[] text(int most) {
        byte[] text = new byte[1 + random.nextInt(most)];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) Character.forDigit(random.nextInt(36), 36);
        }
        return text;
    }

    private @Nullable Long timestamp(String topic) {
        if (!topic.equals(ODD_TIMES)) {
            return written % 10 == 0 ? null : Long.valueOf(start + written);
        }
        return switch (random.nextInt(6)) {
            case 0 -> 0L;
            case 1 -> start - written * 1_000;
            case 2 -> start + random.nextInt(1_000_000_000) - 500_000_000L;
            // the year 9999
            case 3 -> 253_402_300_799_000L + random.nextInt(3);
            case 4 -> 1L + random.nextInt(5);
            default -> start;
        };
    }

    private void acknowledge(ProducerRecord<byte[], byte[]> record, RecordMetadata at) {
        String partition = at.topic() + "-" + at.partition();
        acknowledged
                .computeIfAbsent(partition, _ -> new TreeMap<>())
                .put(at.offset(), dumped(record, at));
        if (record.key() != null) {
            latest.computeIfAbsent(partition, _ -> new HashMap<>())
                    .merge(text(record.key()), at.offset(), Math::max);
        }
    }

    private static String dumped(ProducerRecord<byte[], byte[]> record, RecordMetadata at) {
        boolean appended = at.topic().equals(APPENDED);
        Long timestamp = record.timestamp();
        return "offset: "
                + at.offset()
                + (appended ? " LogAppendTime: " : " CreateTime: ")
                + (appended || timestamp == null ? at.timestamp() : timestamp)
                + " keySize: "
                + at.serializedKeySize()
                + " valueSize: "
                + at.serializedValueSize()
                + " headerKeys: "
                + Arrays.stream(record.headers().toArray())
                        .map(Header::key)
                        .collect(Collectors.joining(",", "[", "]"))
                + (record.key() == null ? "" : " key: " + text(record.key()))
                + (record.value() == null ? "" : " payload: " + text(record.value()));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    /**
     * Deletes the older half of the records of the topic that is trimmed; returns its new start.
     */
    long trim(String bootstrap) throws InterruptedException, ExecutionException {
        TopicPartition trimmed = new TopicPartition(TRIMMED, 0);
        long half = acknowledged(trimmed.toString()).lastKey() / 2;
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.deleteRecords(Map.of(trimmed, RecordsToDelete.beforeOffset(half))).all().get();
        }
        return half;
    }
}
