package mortise.dist;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic from its beginning to its end, and compares it with its producers' ledgers. */
final class LoadAudit {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String bootstrap;
    private final Findings findings;
    private final LoadTally tally;

    LoadAudit(String bootstrap, Findings findings, LoadTally tally) {
        this.bootstrap = bootstrap;
        this.findings = findings;
        this.tally = tally;
    }

    /** What was read of one producer's records. */
    private static final class Stored {
        private final LoadLedger ledger;
        private final byte[] times;
        private final boolean[] inPlace;
        private final Map<Integer, Integer> last = new HashMap<>();

        Stored(LoadLedger ledger) {
            this.ledger = ledger;
            this.times = new byte[ledger.sent()];
            this.inPlace = new boolean[times.length];
        }
    }

    void audit(LoadTopic topic) {
        Map<String, Stored> stored = new HashMap<>();
        topic.ledgers().forEach(ledger -> stored.put(ledger.producer(), new Stored(ledger)));
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = new ArrayList<>();
            consumer.partitionsFor(topic.name())
                    .forEach(info ->
                            partitions.add(new TopicPartition(topic.name(), info.partition())));
            consumer.assign(partitions);
            Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions);
            starts.forEach((partition, start) -> startIsRight(topic, partition, start));
            starts.forEach(consumer::seek);
            readTo(consumer, consumer.endOffsets(partitions), record -> read(record, stored));
        } catch (KafkaException failure) {
            findings.add("a topic cannot be read", topic + ": " + failure);
            return;
        }
        stored.values().forEach(each -> compare(topic, each));
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "enable.auto.commit",
                        false,
                        "auto.offset.reset",
                        "none",
                        "max.poll.records",
                        5_000,
                        "default.api.timeout.ms",
                        20_000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private void startIsRight(LoadTopic topic, TopicPartition partition, long start) {
        long answered = topic.answeredStarts().getOrDefault(partition.partition(), 0L);
        long asked = topic.floor(partition.partition());
        if (start < answered || start > asked) {
            findings.add(
                    "a partition begins elsewhere",
                    String.format(
                            Locale.ROOT,
                            "%s begins at %d, DeleteRecords was acknowledged up to %d and asked for up to %d",
                            partition,
                            start,
                            answered,
                            asked));
        }
    }

    private void readTo(
            KafkaConsumer<byte[], byte[]> consumer,
            Map<TopicPartition, Long> ends,
            Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        Map<TopicPartition, Long> missing =
                new TreeMap<>(Comparator.comparing(TopicPartition::toString));
        missing.putAll(ends);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            missing.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
            if (missing.isEmpty()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                missing.forEach((partition, end) ->
                        findings.add(
                                "a partition cannot be read",
                                String.format(
                                        Locale.ROOT,
                                        "%s ends at %d and gives nothing from %d on for %d s",
                                        partition,
                                        end,
                                        consumer.position(partition),
                                        PATIENCE.toSeconds())));
                return;
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                reader.accept(record);
                deadline = System.nanoTime() + PATIENCE.toNanos();
            }
        }
    }

    private void read(ConsumerRecord<byte[], byte[]> record, Map<String, Stored> all) {
        String place = record.topic() + "-" + record.partition() + " offset " + record.offset();
        LoadLedger.Identity identity;
        try {
            identity =
                    LoadLedger.Identity.of(new String(record.value(), StandardCharsets.US_ASCII));
        } catch (AssertionError strange) {
            findings.add("a record that nobody sent", place + ": " + strange.getMessage());
            return;
        }
        Stored stored = all.get(identity.producer());
        if (stored == null || identity.number() >= stored.times.length) {
            findings.add("a record of another topic", place + " holds " + identity);
            return;
        }
        int number = identity.number();
        stored.times[number] = (byte) Math.min(100, stored.times[number] + 1);
        stored.inPlace[number] |=
                stored.ledger.placeOf(number)
                        == LoadLedger.place(record.partition(), record.offset());
        Integer before = stored.last.put(record.partition(), number);
        boolean ordered = stored.ledger.promise() == LoadLedger.Promise.EXACTLY_ONCE;
        if (ordered && before != null && before >= number && stored.times[number] == 1) {
            findings.add(
                    "records out of order",
                    String.format(
                            Locale.ROOT,
                            "%s holds %s, behind number %d of the same producer",
                            place,
                            identity,
                            before));
        }
    }

    private void compare(LoadTopic topic, Stored stored) {
        LoadLedger ledger = stored.ledger;
        LoadTally.Figures figures = tally.of(ledger.kind());
        figures.sent += ledger.sent();
        figures.acknowledged += ledger.acknowledged();
        for (int number = 0; number < stored.times.length; number++) {
            int times = stored.times[number];
            figures.stored += times > 0 ? 1 : 0;
            figures.duplicates += Math.max(0, times - 1);
            String what = ledger.producer() + " number " + number;
            long place = ledger.placeOf(number);
            if (times > 1 && ledger.promise() == LoadLedger.Promise.EXACTLY_ONCE) {
                findings.add(
                        "records stored more than once by idempotent producers",
                        what + " is stored " + times + " times; " + words(place));
            }
            if (place == LoadLedger.OPEN) {
                figures.unanswered++;
                findings.add("records that were never answered though the topic lives", what);
            } else if (place == LoadLedger.FAILED) {
                figures.failed++;
            } else if (mayBeTrimmed(topic, place)) {
                figures.trimmed += times == 0 ? 1 : 0;
            } else if (times == 0 || (place >= 0 && !stored.inPlace[number])) {
                figures.lost++;
                if (ledger.promise() != LoadLedger.Promise.COUNTED) {
                    findings.add(
                            "acknowledged records that are not there",
                            what + "; " + words(place) + ", stored " + times + " times");
                }
            }
        }
        if (ledger.promise() == LoadLedger.Promise.EXACTLY_ONCE && !ledger.failures().isEmpty()) {
            findings.add(
                    "records refused to idempotent producers though the topic lives",
                    ledger.producer() + ": " + ledger.failures());
        }
    }

    private static boolean mayBeTrimmed(LoadTopic topic, long place) {
        if (place == LoadLedger.SOMEWHERE) {
            return topic.trimmed();
        }
        int partition = (int) (place >> 48);
        return LoadLedger.place(partition, topic.floor(partition)) > place;
    }

    private static String words(long place) {
        return place == LoadLedger.OPEN
                ? "never answered"
                : place == LoadLedger.FAILED
                        ? "the client was told that it failed"
                        : place == LoadLedger.SOMEWHERE
                                ? "acknowledged"
                                : "acknowledged at " + LoadLedger.placeText(place);
    }
}
