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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import mortise.broker.Broker;
import mortise.broker.BrokerBuilder;
import mortise.consensus.raft.RaftProvider;
import mortise.storage.local.LocalStorageProvider;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Groups under the classic protocol with the unmodified Java client, on a broker with a disk. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ClassicGroupsTest {
    private static final int PARTITIONS = 6;
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int MOST_POLLS = 1_000;

    @TempDir private Path directory;

    private BrokerBuilder embedded() {
        return new BrokerBuilder()
                .plugin(new LocalStorageProvider())
                .plugin(new RaftProvider())
                .set("data.directory", directory.toString())
                .set("groups.initial-rebalance-delay", "100ms")
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
        config.putIfAbsent("group.id", "readers");
        config.putIfAbsent("group.protocol", "classic");
        config.putIfAbsent("auto.offset.reset", "earliest");
        config.putIfAbsent("enable.auto.commit", false);
        config.putIfAbsent("heartbeat.interval.ms", 100);
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }

    private static void fill(Broker broker, int records) throws Exception {
        try (Admin admin = Admin.create(client(broker))) {
            admin.createTopics(List.of(new NewTopic("t", PARTITIONS, (short) 1))).all().get();
        }
        produce(broker, 0, records);
    }

    private static void produce(Broker broker, int from, int to) {
        try (var producer =
                new KafkaProducer<>(
                        client(broker), new StringSerializer(), new StringSerializer())) {
            for (int i = from; i < to; i++) {
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

    /** Polls several consumers in turn until they have all partitions, and each as many. */
    private static void settle(List<KafkaConsumer<String, String>> consumers) {
        for (int i = 0; i < MOST_POLLS; i++) {
            Set<TopicPartition> all = new HashSet<>();
            boolean even = true;
            for (KafkaConsumer<String, String> consumer : consumers) {
                consumer.poll(Duration.ofMillis(5));
                all.addAll(consumer.assignment());
                even &= consumer.assignment().size() == PARTITIONS / consumers.size();
            }
            if (even && all.size() == PARTITIONS) {
                return;
            }
        }
        throw new AssertionError("the consumers do not come to share the partitions");
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
        try (Broker broker = embedded().start()) {
            produce(broker, 600, 660);
            try (var consumer = consumer(broker);
                    Admin admin = Admin.create(client(broker))) {
                consumer.subscribe(List.of("t"));
                assertThat(read(consumer, 60))
                        .hasSize(60)
                        .allSatisfy(value ->
                                assertThat(Integer.parseInt(value.substring(1)))
                                        .isGreaterThanOrEqualTo(600));
                consumer.commitSync();
                Map<TopicPartition, OffsetAndMetadata> committed =
                        admin.listConsumerGroupOffsets("readers")
                                .partitionsToOffsetAndMetadata()
                                .get();
                assertThat(committed).hasSize(PARTITIONS);
                assertThat(committed.values())
                        .allSatisfy(offset -> assertThat(offset.offset()).isEqualTo(110));
            }
        }
    }

    @Test
    void partitionsAreSharedOutAgainWhenMembersComeAndGo() throws Exception {
        try (Broker broker = embedded().start()) {
            fill(broker, 6);
            var first = consumer(broker);
            var second = consumer(broker);
            var third = consumer(broker);
            List<KafkaConsumer<String, String>> all =
                    new ArrayList<>(List.of(first, second, third));
            try {
                all.forEach(consumer -> consumer.subscribe(List.of("t")));
                settle(all);
                third.close();
                all.remove(third);
                settle(all);
                second.close();
                all.remove(second);
                settle(all);
            } finally {
                all.forEach(KafkaConsumer::close);
            }
        }
    }

    @Test
    void staticMembersComeBackWithoutARebalance() throws Exception {
        try (Broker broker = embedded().start();
                Admin admin = Admin.create(client(broker))) {
            fill(broker, 6);
            Set<TopicPartition> before;
            try (var consumer = consumer(broker, "group.instance.id", "one")) {
                consumer.subscribe(List.of("t"));
                read(consumer, 6);
                before = consumer.assignment();
                assertThat(before).hasSize(PARTITIONS);
            }
            ConsumerGroupDescription described = described(admin);
            assertThat(described.groupState()).isEqualTo(GroupState.STABLE);
            assertThat(described.members())
                    .singleElement()
                    .satisfies(member ->
                            assertThat(member.groupInstanceId().orElseThrow()).isEqualTo("one"));
            try (var consumer = consumer(broker, "group.instance.id", "one")) {
                consumer.subscribe(List.of("t"));
                read(consumer, 6);
                assertThat(consumer.assignment()).isEqualTo(before);
                assertThat(consumer.groupMetadata().generationId()).isEqualTo(1);
            }
        }
    }

    private static ConsumerGroupDescription described(Admin admin) throws Exception {
        return admin.describeConsumerGroups(List.of("readers")).all().get().get("readers");
    }

    @Test
    void groupsAreListedDescribedAndDeleted() throws Exception {
        try (Broker broker = embedded().start();
                Admin admin = Admin.create(client(broker))) {
            fill(broker, 6);
            try (var consumer = consumer(broker)) {
                consumer.subscribe(List.of("t"));
                read(consumer, 6);
                consumer.commitSync();
                assertThat(described(admin).members())
                        .singleElement()
                        .satisfies(member ->
                                assertThat(member.assignment().topicPartitions())
                                        .hasSize(PARTITIONS));
                assertThat(
                                failure(() ->
                                        admin.deleteConsumerGroups(List.of("readers")).all().get()))
                        .isInstanceOf(GroupNotEmptyException.class);
            }
            assertThat(admin.listGroups().all().get())
                    .singleElement()
                    .satisfies(group -> {
                        assertThat(group.groupId()).isEqualTo("readers");
                        assertThat(group.groupState().orElseThrow()).isEqualTo(GroupState.EMPTY);
                    });
            admin.deleteConsumerGroupOffsets("readers", Set.of(new TopicPartition("t", 0)))
                    .all()
                    .get();
            assertThat(
                            admin.listConsumerGroupOffsets("readers")
                                    .partitionsToOffsetAndMetadata()
                                    .get())
                    .hasSize(PARTITIONS - 1);
            admin.deleteConsumerGroups(List.of("readers")).all().get();
            assertThat(failure(() -> described(admin)))
                    .isInstanceOf(GroupIdNotFoundException.class);
            assertThat(admin.listGroups().all().get()).isEmpty();
        }
    }

    @Test
    void offsetsOfADeletedTopicAreForgotten() throws Exception {
        try (Broker broker = embedded().start();
                Admin admin = Admin.create(client(broker))) {
            fill(broker, 6);
            TopicPartition partition = new TopicPartition("t", 0);
            admin.alterConsumerGroupOffsets("simple", Map.of(partition, new OffsetAndMetadata(1)))
                    .all()
                    .get();
            assertThat(committed(admin)).containsOnlyKeys(partition);
            admin.deleteTopics(List.of("t")).all().get();
            for (int i = 0; i < MOST_POLLS && !committed(admin).isEmpty(); i++) {
                Thread.onSpinWait();
            }
            assertThat(committed(admin)).isEmpty();
        }
    }

    private static Map<TopicPartition, OffsetAndMetadata> committed(Admin admin) throws Exception {
        return admin.listConsumerGroupOffsets("simple").partitionsToOffsetAndMetadata().get();
    }

    private interface Call {
        Object make() throws Exception;
    }

    private static Throwable failure(Call call) throws Exception {
        try {
            return new AssertionError("there was an answer: " + call.make());
        } catch (ExecutionException failed) {
            return failed.getCause();
        }
    }
}
