package mortise.spi.partition;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import mortise.api.DataSize;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;

/**
 * The partition that a topic's records without a key go to for now: a random one with a leader,
 * until it has had its bytes, then the next random one. A building block of partitioners.
 *
 * <p>Few large batches instead of many small ones is the reason (KIP-480); that a partition's turn
 * ends with its bytes rather than with its batch keeps slow partitions from being given more
 * records than quick ones (KIP-794).
 *
 * <p>Thread-safe and lock-free. The choice is state that may be lost: at {@code maxTopics} topics
 * all turns begin anew.
 */
public final class StickyPartitions {
    /** How Kafka's Java client is set by default: its batches, and so its turns, have 16 KiB. */
    private static final DataSize DEFAULT_TURN = DataSize.ofKibibytes(16);

    private static final int DEFAULT_TOPICS = 10_000;

    private final RandomGenerator random;
    private final long turnBytes;
    private final int maxTopics;
    private final ConcurrentMap<String, AtomicReference<Turn>> turns = new ConcurrentHashMap<>();

    /** What a partition has had in its turn. */
    private record Turn(int partition, long bytes) {}

    /**
     * No topic has a turn yet.
     *
     * @param random thread-safe
     * @param turnBytes a partition's turn ends when it has had so many bytes
     * @param maxTopics how many topics' turns are remembered
     */
    public StickyPartitions(RandomGenerator random, long turnBytes, int maxTopics) {
        this.random = random;
        this.turnBytes = turnBytes;
        this.maxTopics = maxTopics;
    }

    /** The two keys of a partitioner that contains this, which are named after the partitioner. */
    public record Keys(ConfigKey<DataSize> turn, ConfigKey<Integer> topics) {
        /** The keys of the partitioner of this name. */
        public static Keys of(String partitioner) {
            return new Keys(
                    ConfigKey.of(
                                    "partitioner." + partitioner + ".sticky-bytes",
                                    ConfigType.SIZE,
                                    "How many bytes of records without a key go to one partition before the next has its turn; best the producer's batch size.")
                            .defaultsTo(DEFAULT_TURN)
                            .checked(
                                    "at least 1 byte",
                                    size -> size.bytes() < 1 ? "is less than 1 byte" : null),
                    ConfigKey.of(
                                    "partitioner." + partitioner + ".sticky-topics",
                                    ConfigType.INT,
                                    "How many topics' turns are remembered; with more, turns begin anew.")
                            .defaultsTo(DEFAULT_TOPICS)
                            .between(1, 10_000_000));
        }

        /** Both keys. */
        public ConfigSchema schema() {
            return ConfigSchema.of(turn, topics);
        }

        /** Turns as configured. */
        public StickyPartitions read(Config config, RandomGenerator random) {
            return new StickyPartitions(random, config.get(turn).bytes(), config.get(topics));
        }
    }

    /**
     * The partition of a record, whose bytes count towards the partition's turn. The record that
     * ends a turn still belongs to it.
     */
    public int next(TopicView topic, int recordBytes) {
        AtomicReference<Turn> turn = turn(topic);
        while (true) {
            Turn now = turn.get();
            boolean stays =
                    now.bytes < turnBytes
                            && now.partition < topic.partitionCount()
                            && topic.hasLeader(now.partition);
            Turn then =
                    stays
                            ? new Turn(now.partition, now.bytes + recordBytes)
                            : new Turn(choose(topic), recordBytes);
            if (turn.compareAndSet(now, then)) {
                return then.partition;
            }
        }
    }

    private AtomicReference<Turn> turn(TopicView topic) {
        AtomicReference<Turn> turn = turns.get(topic.name());
        if (turn != null) {
            return turn;
        }
        if (turns.size() >= maxTopics) {
            turns.clear();
        }
        return turns.computeIfAbsent(
                topic.name(), name -> new AtomicReference<>(new Turn(choose(topic), 0)));
    }

    /** A random partition among those with a leader, among all if none has one. */
    private int choose(TopicView topic) {
        int count = topic.partitionCount();
        int[] led = new int[count];
        int found = 0;
        for (int partition = 0; partition < count; partition++) {
            if (topic.hasLeader(partition)) {
                led[found++] = partition;
            }
        }
        return found == 0 ? random.nextInt(count) : led[random.nextInt(found)];
    }
}
