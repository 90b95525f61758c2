package mortise.dist;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * The administrator who creates, grows, trims, deletes and looks up, while clients write. Topics
 * come and go under a few names; those of the round only grow and are trimmed.
 */
final class TopicChurn implements AutoCloseable {
    /** The names under which topics come and go. */
    static final List<String> NAMES = List.of("churn-0", "churn-1", "churn-2", "churn-3");

    private static final int MOST_PARTITIONS = 12;
    private static final long PATIENCE_SECONDS = 20;
    private static final long PAUSE_MILLIS = 100;

    private final FaultTally tally;
    private final Findings findings;
    private final Random random;
    private final Admin admin;
    private final Map<String, Integer> refusals = new TreeMap<>();
    private final Set<String> trimmedByUs = ConcurrentHashMap.newKeySet();
    private final AtomicInteger createdOnFullDisk = new AtomicInteger();

    TopicChurn(String bootstrap, FaultTally tally, Findings findings, Random random) {
        this.tally = tally;
        this.findings = findings;
        this.random = random;
        this.admin =
                Admin.create(
                        Map.of(
                                "bootstrap.servers",
                                bootstrap,
                                "request.timeout.ms",
                                5_000,
                                "default.api.timeout.ms",
                                15_000,
                                "reconnect.backoff.max.ms",
                                500));
    }

    Admin admin() {
        return admin;
    }

    /** What the broker refused, by the name of what the client threw. */
    synchronized Map<String, Integer> refusals() {
        return new TreeMap<>(refusals);
    }

    /** Small segments and little retention, so that deletion meets rolls, syncs and retention. */
    private NewTopic churning(String name) {
        Map<String, String> configs = new HashMap<>();
        configs.put("segment.bytes", Integer.toString(1 << 20));
        configs.put("retention.bytes", Integer.toString(1 << 20));
        if (random.nextBoolean()) {
            configs.put("flush.messages", "5");
        }
        int partitions = name.equals(NAMES.getFirst()) ? 1 : 1 + random.nextInt(8);
        return new NewTopic(name, partitions, (short) 1).configs(configs);
    }

    /**
     * Goes on until the end.
     *
     * @param grown the topic of this round that may grow
     * @param trimmed the topic of this round whose beginning may be deleted
     */
    void run(LoadTopic grown, LoadTopic trimmed, CountDownLatch end) {
        try {
            while (!end.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                int choice = random.nextInt(100);
                if (choice < 25) {
                    createMissing();
                } else if (choice < 55) {
                    // the first one is left for retention most of the time
                    String name = anyName();
                    if (!name.equals(NAMES.getFirst()) || random.nextInt(20) == 0) {
                        delete(name);
                    }
                } else if (choice < 66) {
                    grow(random.nextBoolean() ? grown.name() : anyName());
                } else if (choice < 78) {
                    trim(trimmed);
                } else if (choice < 82) {
                    trimToTheEnd(NAMES.getLast());
                } else if (choice < 92) {
                    lookUp(trimmed.name());
                } else {
                    seeRetention();
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private String anyName() {
        return NAMES.get(random.nextInt(NAMES.size()));
    }

    /** Waits for an answer; whether it was a good one. */
    private boolean done(KafkaFuture<?> answer) throws InterruptedException {
        try {
            answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException refused) {
            count(refused.getCause());
        } catch (TimeoutException late) {
            count(late);
        }
        return false;
    }

    private synchronized void count(Throwable refusal) {
        refusals.merge(refusal.getClass().getSimpleName(), 1, Integer::sum);
    }

    void createMissing() throws InterruptedException {
        Set<String> living;
        try {
            living = admin.listTopics().names().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException refused) {
            count(refused);
            return;
        }
        for (String name : NAMES) {
            if (!living.contains(name)) {
                done(admin.createTopics(List.of(churning(name))).all());
            }
        }
    }

    private void delete(String name) throws InterruptedException {
        if (!tally.wants(MixedFault.DELETION)) {
            return;
        }
        if (tally.wants(MixedFault.GROWTH) && random.nextInt(3) == 0) {
            // the two meet in the broker
            var _ = admin.createPartitions(Map.of(name, NewPartitions.increaseTo(MOST_PARTITIONS)));
        }
        if (done(admin.deleteTopics(List.of(name)).all())) {
            trimmedByUs.remove(name);
            tally.happened(MixedFault.DELETION);
            if (tally.wants(MixedFault.RECREATION)
                    && random.nextBoolean()
                    && done(admin.createTopics(List.of(churning(name))).all())) {
                tally.happened(MixedFault.RECREATION);
            }
        }
    }

    private int partitions(String name) throws InterruptedException {
        try {
            return admin.describeTopics(List.of(name))
                    .allTopicNames()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .get(name)
                    .partitions()
                    .size();
        } catch (ExecutionException refused) {
            count(refused.getCause());
        } catch (TimeoutException late) {
            count(late);
        }
        return 0;
    }

    private void grow(String name) throws InterruptedException {
        int partitions = partitions(name);
        if (tally.wants(MixedFault.GROWTH)
                && partitions > 0
                && partitions < MOST_PARTITIONS
                && done(
                        admin.createPartitions(
                                        Map.of(name, NewPartitions.increaseTo(partitions + 1)))
                                .all())) {
            tally.happened(MixedFault.GROWTH);
        }
    }

    private Map<TopicPartition, ListOffsetsResultInfo> offsets(
            Collection<TopicPartition> partitions, OffsetSpec spec) throws InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(partition, spec));
        try {
            return admin.listOffsets(asked).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException refused) {
            count(refused.getCause());
        } catch (TimeoutException late) {
            count(late);
        }
        return Map.of();
    }

    private void trim(LoadTopic topic) throws InterruptedException {
        if (!tally.wants(MixedFault.TRIMMING)) {
            return;
        }
        TopicPartition partition = new TopicPartition(topic.name(), random.nextInt(2));
        ListOffsetsResultInfo end = offsets(List.of(partition), OffsetSpec.latest()).get(partition);
        if (end == null || end.offset() <= 1 + topic.floor(partition.partition())) {
            return;
        }
        long floor = topic.floor(partition.partition());
        long before = floor + 1 + random.nextLong(1 + (end.offset() - floor) / 4);
        topic.trimming(partition.partition(), before);
        if (done(
                admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before)))
                        .all())) {
            topic.trimmed(partition.partition(), before);
            tally.happened(MixedFault.TRIMMING);
        }
    }

    private void trimToTheEnd(String name) throws InterruptedException {
        if (tally.wants(MixedFault.TRIMMING)) {
            trimmedByUs.add(name);
            done(
                    admin.deleteRecords(
                                    Map.of(
                                            new TopicPartition(name, 0),
                                            RecordsToDelete.beforeOffset(-1)))
                            .all());
        }
    }

    private void lookUp(String name) throws InterruptedException {
        if (!tally.wants(MixedFault.TIME_LOOKUP)) {
            return;
        }
        TopicPartition partition = new TopicPartition(name, random.nextInt(2));
        long asked = System.currentTimeMillis() - random.nextInt(20_000);
        ListOffsetsResultInfo found =
                offsets(List.of(partition), OffsetSpec.forTimestamp(asked)).get(partition);
        if (found == null) {
            return;
        }
        if (found.offset() >= 0 && found.timestamp() < asked) {
            findings.add(
                    "a look-up by time finds what is older",
                    String.format(
                            Locale.ROOT,
                            "%s: offset %d of %d for %d",
                            partition,
                            found.offset(),
                            found.timestamp(),
                            asked));
        }
        tally.happened(MixedFault.TIME_LOOKUP);
    }

    private void seeRetention() throws InterruptedException {
        String name = random.nextBoolean() ? NAMES.getFirst() : anyName();
        if (!tally.wants(MixedFault.RETENTION) || trimmedByUs.contains(name)) {
            return;
        }
        TopicPartition partition = new TopicPartition(name, 0);
        ListOffsetsResultInfo start =
                offsets(List.of(partition), OffsetSpec.earliest()).get(partition);
        if (start != null && start.offset() > 0) {
            tally.happened(MixedFault.RETENTION);
        }
    }

    private String onFullDisk() {
        return "on-full-disk-" + createdOnFullDisk.get();
    }

    /** Asks for a topic while there is no room; what is answered counts when there is. */
    void createOnFullDisk() {
        if (tally.wants(MixedFault.CREATION_ON_FULL_DISK)) {
            createdOnFullDisk.incrementAndGet();
            try {
                admin.createTopics(List.of(new NewTopic(onFullDisk(), 3, (short) 1)))
                        .all()
                        .get(2, TimeUnit.SECONDS);
            } catch (ExecutionException refused) {
                count(refused.getCause());
            } catch (TimeoutException late) {
                count(late);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            tally.happened(MixedFault.CREATION_ON_FULL_DISK);
        }
    }

    /** Now that there is room again, the topic isn't there, or takes records. */
    void topicOfTheFullDiskWorks(String bootstrap) throws InterruptedException {
        String name = onFullDisk();
        if (!tally.wants(MixedFault.CREATION_ON_FULL_DISK) || partitions(name) == 0) {
            return;
        }
        Map<String, Object> settings =
                Map.of(
                        "max.block.ms",
                        15_000,
                        "request.timeout.ms",
                        10_000,
                        "delivery.timeout.ms",
                        20_000);
        try (KafkaProducer<byte[], byte[]> producer = JavaClient.producer(bootstrap, settings)) {
            for (int partition = 0; partition < 3; partition++) {
                producer.send(new ProducerRecord<>(name, partition, null, new byte[] {1})).get();
            }
        } catch (ExecutionException refused) {
            findings.add(
                    "a topic that was created on a full disk stays out of service",
                    name + " after there is room again: " + refused.getCause());
        }
    }

    /** Every topic there is, with its partitions. */
    List<TopicPartition> living() throws InterruptedException {
        List<TopicPartition> living = new ArrayList<>();
        try {
            Set<String> names = admin.listTopics().names().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            admin.describeTopics(names)
                    .allTopicNames()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .forEach((name, topic) ->
                            topic.partitions()
                                    .forEach(partition ->
                                            living.add(
                                                    new TopicPartition(
                                                            name, partition.partition()))));
        } catch (ExecutionException | TimeoutException refused) {
            findings.add("the topics cannot be listed", refused.toString());
        }
        return living;
    }

    /** Deletes topics whose time is over, and forgets that they were there. */
    void remove(Collection<String> names) throws InterruptedException {
        try {
            admin.deleteTopics(names).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException refused) {
            findings.add("topics cannot be deleted in calm", names + ": " + refused);
        }
        trimmedByUs.removeAll(names);
    }

    @Override
    public void close() {
        admin.close();
    }
}
