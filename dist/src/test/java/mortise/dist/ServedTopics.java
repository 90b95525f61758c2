package mortise.dist;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Everything that the Java client sees of a broker's topics, as text that can be compared. */
final class ServedTopics {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final String bootstrap;
    private final List<Long> timestamps;
    private final Map<String, String> seen = new LinkedHashMap<>();

    private ServedTopics(String bootstrap, List<Long> timestamps) {
        this.bootstrap = bootstrap;
        this.timestamps = timestamps;
    }

    /**
     * Looks at all topics.
     *
     * @param timestamps to look offsets up by
     */
    static Map<String, String> of(String bootstrap, List<Long> timestamps)
            throws InterruptedException, ExecutionException {
        ServedTopics topics = new ServedTopics(bootstrap, timestamps);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            topics.look(admin);
        }
        return topics.seen;
    }

    private void look(Admin admin) throws InterruptedException, ExecutionException {
        TreeSet<String> names = new TreeSet<>(admin.listTopics().names().get());
        Map<String, TopicDescription> topics =
                new TreeMap<>(admin.describeTopics(names).allTopicNames().get());
        for (TopicDescription topic : topics.values()) {
            int partitions = topic.partitions().size();
            seen.put(topic.name(), topic.topicId() + ", " + partitions + " partitions");
            seen.put(topic.name() + " configs", configs(admin, topic.name()));
            for (int i = 0; i < partitions; i++) {
                TopicPartition partition = new TopicPartition(topic.name(), i);
                offsets(admin, partition);
                seen.put(partition + " records", records(partition));
            }
        }
    }

    /** What is configured for the topic itself. */
    private static String configs(Admin admin, String topic)
            throws InterruptedException, ExecutionException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Map<String, String> set = new TreeMap<>();
        for (ConfigEntry entry :
                admin.describeConfigs(List.of(resource)).all().get().get(resource).entries()) {
            if (entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG) {
                set.put(entry.name(), entry.value());
            }
        }
        return set.toString();
    }

    private void offsets(Admin admin, TopicPartition partition)
            throws InterruptedException, ExecutionException {
        seen.put(partition + " start", offset(admin, partition, OffsetSpec.earliest(), false));
        seen.put(partition + " end", offset(admin, partition, OffsetSpec.latest(), false));
        seen.put(
                partition + " largest timestamp",
                offset(admin, partition, OffsetSpec.maxTimestamp(), true));
        for (long timestamp : timestamps) {
            seen.put(
                    partition + " at " + timestamp,
                    offset(admin, partition, OffsetSpec.forTimestamp(timestamp), true));
        }
    }

    /** The leader epoch of an end differs, for a new leader has a new one. */
    private static String offset(
            Admin admin, TopicPartition partition, OffsetSpec which, boolean withEpoch)
            throws InterruptedException, ExecutionException {
        ListOffsetsResultInfo found =
                admin.listOffsets(Map.of(partition, which)).partitionResult(partition).get();
        return found.offset()
                + " with timestamp "
                + found.timestamp()
                + (withEpoch ? " of epoch " + found.leaderEpoch() : "");
    }

    /** How many records there are, and a digest of all that they hold. */
    private String records(TopicPartition partition) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrap, "fetch.max.bytes", 16 << 20);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            long records = 0;
            long until = System.nanoTime() + PATIENCE.toNanos();
            while (consumer.position(partition) < end && System.nanoTime() - until < 0) {
                for (ConsumerRecord<byte[], byte[]> one : consumer.poll(Duration.ofMillis(200))) {
                    digest.update(text(one).getBytes(StandardCharsets.UTF_8));
                    records++;
                }
            }
            return records
                    + " records up to "
                    + consumer.position(partition)
                    + ", "
                    + HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String text(ConsumerRecord<byte[], byte[]> one) {
        List<String> headers = new ArrayList<>();
        one.headers()
                .forEach(header ->
                        headers.add(header.key() + "=" + Arrays.toString(header.value())));
        return one.offset()
                + " "
                + one.timestampType()
                + one.timestamp()
                + " "
                + one.leaderEpoch()
                + " "
                + Arrays.toString(one.key())
                + Arrays.toString(one.value())
                + headers;
    }
}
