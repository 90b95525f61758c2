package mortise.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import mortise.broker.Broker;
import mortise.broker.BrokerBuilder;
import mortise.consensus.raft.RaftProvider;
import mortise.storage.local.LocalStorageProvider;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Groups that the broker balances (KIP-848) with the unmodified Java client. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BalancedGroupsTest {
    private static final int PARTITIONS = 6;
    private static final Duration POLL = Duration.ofMillis(20);
    private static final int MOST_POLLS = 2_000;

    @TempDir private Path directory;

    private BrokerBuilder embedded() {
        return new BrokerBuilder()
                .plugin(new LocalStorageProvider())
                .plugin(new RaftProvider())
                .set("data.directory", directory.toString())
                .set("groups.heartbeat-interval", "50ms")
                .set("offsets.topic-partitions", "4")
                .set("listeners", "127.0.0.1:0");
    }

    private static Map<String, Object> client(Broker broker, Object... more) {
        Map<String, Object> config = new HashMap<>();
        config.put(
                "bootstrap.servers",
                broker.status().listeners().values().iterator().next().toString());
        for (int i = 0; i < more.length; i += 2) {
            config.put((String) more[i], more[i + 1]);
        }
        return config;
    }

    private static KafkaConsumer<String, String> consumer(Broker broker, Object... more) {
        Map<String, Object> config = client(broker, more);
        config.put("group.id", "readers");
        config.put("group.protocol", "consumer");
        config.put("auto.offset.reset", "earliest");
        config.put("enable.auto.commit", false);
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }

    private static void fill(Broker broker, int records) throws Exception {
        try (Admin admin = Admin.create(client(broker));
                var producer =
                        new KafkaProducer<>(
                                client(broker), new StringSerializer(), new StringSerializer())) {
            admin.createTopics(List.of(new NewTopic("t", PARTITIONS, (short) 1))).all().get();
            for (int i = 0; i < records; i++) {
                var _ = producer.send(new ProducerRecord<>("t", i % PARTITIONS, "k", "v" + i));
            }
        }
    }

    private static Set<String> read(KafkaConsumer<String, String> consumer, int wanted) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < MOST_POLLS && seen.size() < wanted; i++) {
            consumer.poll(POLL).forEach(record -> seen.add(record.value()));
        }
        return seen;
    }

    /** Polls several consumers in turn until they have so many partitions, each as many. */
    private static void settle(List<KafkaConsumer<String, String>> consumers, int partitions) {
        for (int i = 0; i < MOST_POLLS; i++) {
            Set<TopicPartition> all = new HashSet<>();
            boolean even = true;
            for (KafkaConsumer<String, String> consumer : consumers) {
                consumer.poll(Duration.ofMillis(5));
                all.addAll(consumer.assignment());
                even &= consumer.assignment().size() == partitions / consumers.size();
            }
            if (even && all.size() == partitions) {
                return;
            }
        }
        throw new AssertionError(
                "the consumers do not come to share the partitions: "
                        + consumers.stream().map(KafkaConsumer::assignment).toList());
    }

    private static ConsumerGroupDescription described(Admin admin) throws Exception {
        return admin.describeConsumerGroups(List.of("readers")).all().get().get("readers");
    }

    @Test
    void aGroupReadsCommitsAndGoesOnAfterARestartOfTheBroker() throws Exception {
        try (Broker broker = embedded().start()) {
            fill(broker, 600);
            try (var consumer = consumer(broker)) {
                consumer.subscribe(List.of("t"));
                assertThat(read(consumer, 600)).hasSize(600);
                consumer.commitSync();
            }
        }
        try (Broker broker = embedded().start();
                Admin admin = Admin.create(client(broker))) {
            var committed =
                    admin.listConsumerGroupOffsets("readers").partitionsToOffsetAndMetadata().get();
            assertThat(committed.values())
                    .hasSize(PARTITIONS)
                    .allSatisfy(offset -> assertThat(offset.offset()).isEqualTo(100));
            try (var consumer = consumer(broker)) {
                consumer.subscribe(List.of("t"));
                settle(List.of(consumer), PARTITIONS);
                assertThat(consumer.position(new TopicPartition("t", 0))).isEqualTo(100);
            }
        }
    }

    @Test
    void partitionsAreSharedOutAgainWhenMembersComeAndGoAndTopicsGrow() throws Exception {
        try (Broker broker = embedded().start();
                Admin admin = Admin.create(client(broker))) {
            fill(broker, 6);
            var first = consumer(broker);
            var second = consumer(broker);
            var third = consumer(broker);
            List<KafkaConsumer<String, String>> all =
                    new ArrayList<>(List.of(first, second, third));
            try {
                all.forEach(consumer -> consumer.subscribe(List.of("t")));
                settle(all, PARTITIONS);
                assertThat(described(admin))
                        .satisfies(group -> {
                            assertThat(group.groupState()).isEqualTo(GroupState.STABLE);
                            assertThat(group.type()).isEqualTo(GroupType.CONSUMER);
                            assertThat(group.partitionAssignor()).isEqualTo("uniform");
                            assertThat(group.members()).hasSize(3);
                        });
                third.close();
                all.remove(third);
                settle(all, PARTITIONS);
                admin.createPartitions(Map.of("t", NewPartitions.increaseTo(2 * PARTITIONS)))
                        .all()
                        .get();
                settle(all, 2 * PARTITIONS);
                second.close();
                all.remove(second);
                settle(all, 2 * PARTITIONS);
            } finally {
                all.forEach(KafkaConsumer::close);
            }
            assertThat(admin.listGroups().all().get())
                    .singleElement()
                    .satisfies(group -> {
                        assertThat(group.groupState().orElseThrow()).isEqualTo(GroupState.EMPTY);
                        assertThat(group.type().orElseThrow()).isEqualTo(GroupType.CONSUMER);
                    });
            admin.deleteConsumerGroups(List.of("readers")).all().get();
            assertThat(admin.listGroups().all().get()).isEmpty();
        }
    }

    @Test
    void staticMembersKeepWhatTheyHaveWhileTheyAreAway() throws Exception {
        try (Broker broker = embedded().start();
                Admin admin = Admin.create(client(broker))) {
            fill(broker, 6);
            try (var two = consumer(broker, "group.instance.id", "two")) {
                two.subscribe(List.of("t"));
                Set<TopicPartition> before;
                try (var one = consumer(broker, "group.instance.id", "one")) {
                    one.subscribe(List.of("t"));
                    settle(List.of(one, two), PARTITIONS);
                    before = one.assignment();
                }
                for (int i = 0; i < 20; i++) {
                    two.poll(POLL);
                }
                assertThat(two.assignment()).hasSize(PARTITIONS / 2);
                assertThat(described(admin).members()).hasSize(2);
                try (var again = consumer(broker, "group.instance.id", "one")) {
                    again.subscribe(List.of("t"));
                    settle(List.of(again, two), PARTITIONS);
                    assertThat(again.assignment()).isEqualTo(before);
                }
            }
        }
    }
}
