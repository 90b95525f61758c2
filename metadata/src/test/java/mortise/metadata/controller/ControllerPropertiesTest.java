package mortise.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import mortise.api.HostPort;
import mortise.api.RefusedException;
import mortise.api.TopicId;
import mortise.api.config.Config;
import mortise.metadata.BrokerImage;
import mortise.metadata.ClusterImage;
import mortise.metadata.ImageDelta;
import mortise.metadata.ImageRecords;
import mortise.metadata.MetadataRecords;
import mortise.metadata.PartitionImage;
import mortise.metadata.TopicImage;
import mortise.metadata.config.BrokerConfigs;
import mortise.metadata.controller.ControllerCommand.AllocateProducerIds;
import mortise.metadata.controller.ControllerCommand.AlterConfigs;
import mortise.metadata.controller.ControllerCommand.ConfigAlteration;
import mortise.metadata.controller.ControllerCommand.ConfigChange;
import mortise.metadata.controller.ControllerCommand.CreatePartitions;
import mortise.metadata.controller.ControllerCommand.CreateTopics;
import mortise.metadata.controller.ControllerCommand.DeleteTopics;
import mortise.metadata.controller.ControllerCommand.MorePartitions;
import mortise.metadata.controller.ControllerCommand.NewTopic;
import mortise.metadata.controller.ControllerCommand.ProducerIdBlock;
import mortise.metadata.controller.ControllerCommand.RegisterBroker;
import mortise.metadata.controller.ControllerCommand.TopicRef;
import mortise.metadata.controller.ControllerCommand.UnfenceBroker;
import mortise.metadata.record.MetadataRecord;
import mortise.tck.sim.Seeded;
import org.jspecify.annotations.Nullable;

/** Random commands, right and wrong ones, and what must hold after each. */
class ControllerPropertiesTest {
    private static final short LEVEL = MetadataRecords.FEATURE_LEVEL;

    private static final int STEPS = 120;

    private long lastProducerId = -1;
    private final Set<TopicId> everSeen = new HashSet<>();

    @Seeded(runs = 100)
    void theStateStaysWholeAndSnapshotsRebuildIt(RandomGenerator random) {
        Config config = Config.defaults(TestAssembly.SCHEMA);
        Controller controller =
                new Controller(
                        new BrokerConfigs(1, config, TestAssembly.STORE),
                        config,
                        TestAssembly.SPREAD,
                        new SplittableRandom(random.nextLong()));
        ClusterImage state = ClusterImage.EMPTY;
        List<byte[]> log = new ArrayList<>();
        for (int step = 1; step <= STEPS; step++) {
            ControllerCommand<?> command = command(random, state);
            List<MetadataRecord> records;
            try {
                Decision<?> decision = controller.decide(state, command);
                records = decision.records();
                noteProducerIds(decision.reply());
            } catch (RefusedException refused) {
                continue;
            }
            ClusterImage next = ImageDelta.replay(state, step, records);
            checkIds(state, next);
            state = next;
            check(state);
            log.addAll(MetadataRecords.encode(records, LEVEL));
            if (step % 10 == 0) {
                checkSnapshot(state, log);
            }
        }
        checkSnapshot(state, log);
    }

    /** Image → records → image is identity, and so is the log, replayed at once. */
    private static void checkSnapshot(ClusterImage state, List<byte[]> log) {
        List<byte[]> snapshot = MetadataRecords.encode(ImageRecords.of(state), LEVEL);
        ClusterImage rebuilt =
                ImageDelta.replay(
                        ClusterImage.EMPTY, state.index(), MetadataRecords.decode(snapshot));
        assertThat(rebuilt).isEqualTo(state);
        assertThat(MetadataRecords.encode(ImageRecords.of(rebuilt), LEVEL))
                .usingElementComparator(Arrays::compare)
                .isEqualTo(snapshot);
        assertThat(
                        ImageDelta.replay(
                                ClusterImage.EMPTY, state.index(), MetadataRecords.decode(log)))
                .isEqualTo(state);
    }

    private void noteProducerIds(Object reply) {
        if (reply instanceof ProducerIdBlock(long first, int count)) {
            assertThat(first).isGreaterThan(lastProducerId);
            lastProducerId = first + count - 1;
        }
    }

    private void checkIds(ClusterImage before, ClusterImage after) {
        for (TopicImage topic : after.topics()) {
            if (before.topic(topic.id()) == null) {
                assertThat(everSeen.add(topic.id())).as("a topic ID is never used again").isTrue();
            }
        }
    }

    private static void check(ClusterImage state) {
        Collection<TopicImage> topics = state.topics();
        Map<String, String> metricForms = new HashMap<>();
        int partitions = 0;
        for (TopicImage topic : topics) {
            assertThat(state.topic(topic.name())).isSameAs(topic);
            assertThat(state.topic(topic.id())).isSameAs(topic);
            assertThat(metricForms.put(topic.name().replace('.', '_'), topic.name())).isNull();
            partitions += topic.partitions().size();
            for (int i = 0; i < topic.partitions().size(); i++) {
                PartitionImage partition = topic.partitions().get(i);
                assertThat(partition.partition()).isEqualTo(i);
                assertThat(partition.replicas())
                        .isNotEmpty()
                        .doesNotHaveDuplicates()
                        .containsAll(partition.isr());
                assertThat(partition.isr()).contains(partition.leader());
                assertThat(state.brokers().keySet()).containsAll(partition.replicas());
            }
        }
        assertThat(state.partitionCount()).isEqualTo(partitions);
        assertThat(state.topicCount()).isEqualTo(topics.size());
    }

    private static ControllerCommand<?> command(RandomGenerator random, ClusterImage state) {
        return switch (random.nextInt(9)) {
            case 0 ->
                    new RegisterBroker(
                            random.nextInt(20) == 0 ? "other" : "cluster",
                            1 + random.nextInt(4),
                            new UUID(random.nextLong(), 1),
                            random.nextBoolean() ? null : "rack",
                            List.of(
                                    new BrokerImage.Endpoint(
                                            "L" + random.nextInt(2),
                                            new HostPort("h", random.nextInt(65_536)))));
            case 1 -> unfence(random, state);
            case 2, 3, 4 ->
                    new CreateTopics(many(random, () -> newTopic(random)), random.nextInt(10) == 0);
            case 5 -> new DeleteTopics(many(random, () -> topicRef(random, state)));
            case 6 ->
                    new CreatePartitions(
                            List.of(new MorePartitions(name(random), 1 + random.nextInt(8), null)),
                            random.nextInt(10) == 0);
            case 7 ->
                    new AlterConfigs(
                            many(random, () -> alteration(random)), random.nextInt(10) == 0);
            default -> new AllocateProducerIds(1 + random.nextInt(4));
        };
    }

    private static ControllerCommand<?> unfence(RandomGenerator random, ClusterImage state) {
        int id = 1 + random.nextInt(4);
        BrokerImage broker = state.brokers().get(id);
        return new UnfenceBroker(id, broker == null ? 1 : broker.epoch());
    }

    private static <T> List<T> many(RandomGenerator random, Supplier<T> one) {
        List<T> all = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            all.add(one.get());
        }
        return all;
    }

    private static String name(RandomGenerator random) {
        String[] names = {"a", "b", "a.b", "a_b", "a.b.c", "a_b.c", "long-name", "bad name", ""};
        return names[random.nextInt(names.length)];
    }

    private static NewTopic newTopic(RandomGenerator random) {
        Map<String, @Nullable String> configs = new HashMap<>();
        if (random.nextInt(3) == 0) {
            configs.put("retention.ms", Integer.toString(random.nextInt(100) - 2));
        }
        if (random.nextInt(3) == 0) {
            configs.put("cleanup.policy", random.nextInt(4) == 0 ? "compact" : "delete");
        }
        return new NewTopic(
                name(random), random.nextInt(5) - 1, random.nextInt(4) - 1, Map.of(), configs);
    }

    private static TopicRef topicRef(RandomGenerator random, ClusterImage state) {
        List<TopicImage> topics = List.copyOf(state.topics());
        return random.nextBoolean() || topics.isEmpty()
                ? new TopicRef(name(random), TopicId.NONE)
                : new TopicRef(null, topics.get(random.nextInt(topics.size())).id());
    }

    private static ConfigAlteration alteration(RandomGenerator random) {
        String[] keys = {
            "retention.ms", "cleanup.policy", "log.retention.ms", "num.partitions", "bogus"
        };
        List<ConfigChange> changes =
                many(
                        random,
                        () ->
                                new ConfigChange(
                                        keys[random.nextInt(keys.length)],
                                        (byte) random.nextInt(4),
                                        Integer.toString(random.nextInt(9))));
        boolean topic = random.nextBoolean();
        return new ConfigAlteration(
                (byte) (topic ? 2 : 4),
                topic
                        ? name(random)
                        : random.nextBoolean() ? "" : Integer.toString(1 + random.nextInt(4)),
                random.nextInt(4) == 0,
                changes);
    }
}
