package mortise.tck.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mortise.api.config.Config;
import mortise.spi.Capability;
import mortise.spi.Provider;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.PartitionerProvider;
import mortise.spi.partition.Partitioners;
import mortise.spi.partition.TopicView;
import mortise.tck.plugin.PluginContract;
import mortise.tck.plugin.SideEffects;
import mortise.tck.plugin.Started;
import mortise.tck.sim.Seeded;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every partitioner does. That equal keys meet is tested if it declares {@link
 * Capability#KEYED}.
 */
public interface PartitionerContract extends PluginContract {
    /** The plugin; asked for once per partitioner that is made. */
    @Override
    PartitionerProvider provider();

    @Override
    default Class<? extends Provider<?>> service() {
        return PartitionerProvider.class;
    }

    @Override
    default String kind() {
        return "partitioner";
    }

    /**
     * Whether records without a key reach every partition that has a leader, and no other; false
     * for a partitioner that has one place for them.
     */
    default boolean spreadsRecordsWithoutKey() {
        return true;
    }

    /** A started partitioner whose randomness has this seed, and which may start no thread. */
    default Partitioner create(long seed) {
        return Started.of(
                provider()
                        .create(
                                Config.of(provider().config(), settings()),
                                SimContext.on(SimDisk.create(seed), seed).withoutThreads()));
    }

    private String named() {
        return "partitioner '" + provider().name() + "'";
    }

    /** It works inside a producer, which has neither disk nor timers nor threads for it. */
    @Test
    default void itNeedsNothingThatAProducerLacks() {
        Partitioners known = Partitioners.of(List.of(provider()));
        try (Partitioner partitioner = known.create(provider().name(), settings())) {
            for (int record = 0; record < 1_000; record++) {
                assertThat(partitioner.partition(TopicView.led("orders", 3), key(record), 100))
                        .as("the partition that %s chooses for record %d of 3", named(), record)
                        .isBetween(0, 2);
            }
        }
    }

    /**
     * Every answer is a partition of the topic, whatever the key, the size and the leaders, also
     * when a topic has grown, or was created again with fewer partitions.
     */
    @Seeded(runs = 30)
    default void everyAnswerIsAPartitionOfTheTopic(long seed, RandomGenerator random) {
        try (Partitioner partitioner = create(seed)) {
            for (int record = 0; record < 2_000; record++) {
                TopicView topic = randomTopic(random);
                ByteBuffer key = randomKey(random);
                int bytes = random.nextInt(1 << random.nextInt(1, 28));
                assertThat(partitioner.partition(topic, key, bytes))
                        .as("partition of %s for key %s", topic, key)
                        .isBetween(0, topic.partitionCount() - 1);
            }
        }
    }

    /** Equal keys go to one partition, wherever their bytes lie and whoever leads. */
    @Seeded(runs = 30)
    default void equalKeysMeet(long seed, RandomGenerator random) {
        assumeTrue(provider().capabilities().contains(Capability.KEYED), "it is not KEYED");
        int count = random.nextInt(1, 300);
        try (Partitioner one = create(seed);
                Partitioner other = create(seed + 1)) {
            for (int record = 0; record < 300; record++) {
                byte[] key = new byte[random.nextInt(1, 100)];
                random.nextBytes(key);
                TopicView led = TopicView.led("orders", count);
                int wanted = one.partition(led, lent(key), 10);
                assertThat(one.partition(led, sliced(key), 1_000_000))
                        .as(
                                "the partition of a key of %d bytes in %s, the key lying in the middle of a larger buffer",
                                key.length, named())
                        .isEqualTo(wanted);
                assertThat(one.partition(led, direct(key), 1))
                        .as(
                                "the partition of a key of %d bytes in %s, the key lying in a direct buffer",
                                key.length, named())
                        .isEqualTo(wanted);
                assertThat(
                                other.partition(
                                        new SampleTopic("orders", count, Set.of(wanted)),
                                        lent(key),
                                        10))
                        .as(
                                "the partition of the same key in another instance of %s, while partition %d has no leader",
                                named(), wanted)
                        .isEqualTo(wanted);
            }
        }
    }

    /** What the lent key's memory is used for afterwards changes no later answer. */
    @Seeded(runs = 10)
    default void aKeyIsNotKept(long seed, RandomGenerator random) {
        TopicView topic = TopicView.led("orders", 50);
        List<Integer> answers = new ArrayList<>();
        List<Integer> undisturbed = new ArrayList<>();
        try (Partitioner lender = create(seed);
                Partitioner control = create(seed)) {
            for (int record = 0; record < 500; record++) {
                byte[] key = new byte[random.nextInt(1, 20)];
                random.nextBytes(key);
                byte[] lent = key.clone();
                answers.add(lender.partition(topic, lent(lent), 500));
                random.nextBytes(lent);
                undisturbed.add(control.partition(topic, lent(key), 500));
            }
        }
        assertThat(answers)
                .as(
                        "the partitions that %s chooses when the memory of each lent key is overwritten afterwards, compared with undisturbed ones",
                        named())
                .isEqualTo(undisturbed);
    }

    /** Many different keys reach every partition. */
    @Seeded(runs = 10)
    default void keysReachEveryPartition(long seed, RandomGenerator random) {
        BitSet reached = new BitSet();
        try (Partitioner partitioner = create(seed)) {
            for (int record = 0; record < 20_000; record++) {
                byte[] key = new byte[8];
                random.nextBytes(key);
                reached.set(partitioner.partition(TopicView.led("orders", 10), lent(key), 1_000));
            }
        }
        assertThat(reached.cardinality())
                .as(
                        "how many of 10 partitions %s reaches with 20000 different keys; it reached %s",
                        named(), reached)
                .isEqualTo(10);
    }

    /** Records without a key reach every partition that has a leader, and no other. */
    @Seeded(runs = 10)
    default void recordsWithoutAKeyReachEveryPartitionWithALeader(long seed) {
        assumeTrue(spreadsRecordsWithoutKey(), "records without a key have one place");
        BitSet reached = new BitSet();
        TopicView topic = new SampleTopic("orders", 10, Set.of(0, 3, 4, 9));
        try (Partitioner partitioner = create(seed)) {
            for (int record = 0; record < 20_000; record++) {
                reached.set(partitioner.partition(topic, null, 1_000));
            }
        }
        assertThat(reached.stream().boxed())
                .as(
                        "the partitions that %s reaches with records without a key, where 0, 3, 4 and 9 have no leader",
                        named())
                .containsExactly(1, 2, 5, 6, 7, 8);
    }

    /** A partition that loses its leader gets no further record without a key. */
    @Seeded(runs = 10)
    default void recordsWithoutAKeyLeaveAPartitionThatLosesItsLeader(long seed) {
        assumeTrue(spreadsRecordsWithoutKey(), "records without a key have one place");
        try (Partitioner partitioner = create(seed)) {
            for (int record = 0; record < 1_000; record++) {
                int before = partitioner.partition(TopicView.led("orders", 4), null, 10);
                assertThat(
                                partitioner.partition(
                                        new SampleTopic("orders", 4, Set.of(before)), null, 10))
                        .as(
                                "the partition that %s chooses for record %d without a key, after partition %d has lost its leader",
                                named(), record, before)
                        .isNotEqualTo(before);
            }
        }
    }

    /** Several threads may ask at once, of one topic and of many. */
    @Test
    default void manyThreadsMayAskAtOnce() throws Exception {
        int threads = 4;
        CountDownLatch together = new CountDownLatch(threads);
        List<FutureTask<BitSet>> tasks = new ArrayList<>();
        try (Partitioner partitioner = create(1)) {
            for (int thread = 0; thread < threads; thread++) {
                int number = thread;
                tasks.add(
                        new FutureTask<>(() -> {
                            together.countDown();
                            together.await();
                            return asked(partitioner, number);
                        }));
            }
            tasks.forEach(task -> Thread.ofPlatform().daemon().start(task));
            for (FutureTask<BitSet> task : tasks) {
                assertThat(task.get().length())
                        .as(
                                "one more than the highest of 7 partitions that %s chose while four threads asked",
                                named())
                        .isBetween(1, 7);
            }
        }
    }

    /** It is asked for every record: no file, no connection, no wait, from the first one on. */
    @Test
    default void choosingOnlyComputes() throws Exception {
        try (Partitioner partitioner = create(1)) {
            BitSet loadsClasses = asked(partitioner, 0);
            assertThat(loadsClasses.isEmpty()).as("whether %s chose none", named()).isFalse();
        }
        try (Partitioner partitioner = create(1)) {
            assertThat(SideEffects.of(() -> asked(partitioner, 0)))
                    .as("what partition of %s does beside choosing; read in start()", named())
                    .isEmpty();
        }
    }

    private static BitSet asked(Partitioner partitioner, int thread) {
        BitSet answers = new BitSet();
        for (int record = 0; record < 20_000; record++) {
            String topic = record % 3 == 0 ? "orders-" + thread : "orders";
            ByteBuffer key = record % 2 == 0 ? null : key(record);
            answers.set(partitioner.partition(TopicView.led(topic, 7), key, 300));
        }
        return answers;
    }

    private static TopicView randomTopic(RandomGenerator random) {
        String name = "topic-" + random.nextInt(5);
        int count = 1 << random.nextInt(8);
        return switch (random.nextInt(4)) {
            case 0 -> new SampleTopic(name, count, Set.of(random.nextInt(count)));
            case 1 ->
                    new SampleTopic(
                            name,
                            count,
                            IntStream.range(0, count).boxed().collect(Collectors.toSet()));
            default -> TopicView.led(name, count + random.nextInt(count));
        };
    }

    private static @Nullable ByteBuffer randomKey(RandomGenerator random) {
        if (random.nextInt(4) == 0) {
            return null;
        }
        byte[] key = new byte[random.nextInt(40)];
        random.nextBytes(key);
        return switch (random.nextInt(3)) {
            case 0 -> lent(key);
            case 1 -> sliced(key);
            default -> direct(key);
        };
    }

    private static ByteBuffer key(int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).flip().asReadOnlyBuffer();
    }

    private static ByteBuffer lent(byte[] key) {
        return ByteBuffer.wrap(key).asReadOnlyBuffer();
    }

    /** The key in the middle of something larger. */
    private static ByteBuffer sliced(byte[] key) {
        return ByteBuffer.allocate(key.length + 9)
                .put(5, key)
                .position(5)
                .limit(5 + key.length)
                .asReadOnlyBuffer();
    }

    private static ByteBuffer direct(byte[] key) {
        return ByteBuffer.allocateDirect(key.length + 3).put(3, key).position(3).asReadOnlyBuffer();
    }
}
