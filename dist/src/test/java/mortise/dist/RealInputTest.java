package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real lines through real clients into a real process, which is stopped and killed, and out again.
 *
 * <p>Small in the build; {@code -Dmortise.real.lines=1000000 -Dmortise.real.kills=20} for the full
 * run.
 */
class RealInputTest {
    private static final int LINES = Integer.getInteger("mortise.real.lines", 20_000);
    private static final int KILLS = Integer.getInteger("mortise.real.kills", 4);
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    @TempDir Path directory;

    @Test
    void everyLineComesBackThroughTheOtherClientAndAfterARestart() throws Exception {
        Kcat.required();
        List<RealLines.Line> lines = RealLines.read(LINES);
        try (BrokerProcess broker = BrokerProcess.start(directory.resolve("data"))) {
            for (String codec : CODECS) {
                JavaClient.createTopic(broker.bootstrap(), "kcat-" + codec, 3);
                JavaClient.createTopic(broker.bootstrap(), "java-" + codec, 3);
                Kcat.produce(broker.bootstrap(), "kcat-" + codec, codec, lines);
                JavaClient.produce(broker.bootstrap(), "java-" + codec, codec, lines);
                holdsExactly(lines, JavaClient.consume(broker.bootstrap(), "kcat-" + codec));
                holdsExactly(lines, Kcat.consume(broker.bootstrap(), "java-" + codec));
            }
            assertThat(broker.stop()).as("exit status of a clean stop").isIn(0, 143);
            assertThat(broker.log()).as("what a clean stop says").doesNotContain("ERROR", "WARN");
            try (BrokerProcess again = broker.restart()) {
                for (String codec : CODECS) {
                    holdsExactly(lines, Kcat.consume(again.bootstrap(), "kcat-" + codec));
                    holdsExactly(lines, JavaClient.consume(again.bootstrap(), "java-" + codec));
                }
            }
        }
        System.out.printf(
                Locale.ROOT,
                "real input: %d lines through kcat and the Java client with each of %s%n",
                lines.size(),
                CODECS);
    }

    /** Per key the same values in the same order; so the multiset of records is the same too. */
    private static void holdsExactly(List<RealLines.Line> sent, List<Kcat.Received> received) {
        Map<String, List<String>> wanted = new HashMap<>();
        sent.forEach(line ->
                wanted.computeIfAbsent(line.key(), key -> new ArrayList<>()).add(line.value()));
        Map<String, List<String>> found = new HashMap<>();
        received.stream()
                .sorted((left, right) ->
                        left.partition() != right.partition()
                                ? Integer.compare(left.partition(), right.partition())
                                : Long.compare(left.offset(), right.offset()))
                .forEach(record ->
                        found.computeIfAbsent(record.key(), key -> new ArrayList<>())
                                .add(record.value()));
        assertThat(received).hasSameSizeAs(sent);
        assertThat(found.equals(wanted)).as("every key has its values in order").isTrue();
    }

    /** What became of one record that a producer sent: its place if it was acknowledged. */
    private record Entry(
            int number, String key, int partition, long offset, boolean acknowledged) {}

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noAcknowledgedRecordIsLostByKill9(boolean idempotent) throws Exception {
        long seed = Long.getLong("mortise.seed", 20261123L);
        Random random = new Random(seed);
        List<RealLines.Line> lines = RealLines.read(LINES);
        Path data = directory.resolve("killed-" + idempotent);
        BrokerProcess broker = BrokerProcess.start(data);
        ConcurrentLinkedQueue<Entry> ledger = new ConcurrentLinkedQueue<>();
        try {
            JavaClient.createTopic(broker.bootstrap(), "ledger", 3);
            // with idempotence the client tries again by itself; without it a failed record is not
            // sent again
            Map<String, Object> settings =
                    idempotent
                            ? Map.of(
                                    "enable.idempotence",
                                    true,
                                    "delivery.timeout.ms",
                                    120_000,
                                    "compression.type",
                                    "lz4")
                            : Map.of(
                                    "enable.idempotence",
                                    false,
                                    "retries",
                                    0,
                                    "acks",
                                    "all",
                                    "delivery.timeout.ms",
                                    30_000,
                                    "request.timeout.ms",
                                    20_000);
            try (KafkaProducer<byte[], byte[]> producer =
                    JavaClient.producer(broker.bootstrap(), settings)) {
                int each = lines.size() / (KILLS + 1);
                for (int kill = 0; kill <= KILLS; kill++) {
                    List<RealLines.Line> part = lines.subList(kill * each, (kill + 1) * each);
                    boolean inFlight = kill % 2 == 0;
                    int killAt = inFlight ? 1 + random.nextInt(Math.max(1, each - 1)) : each;
                    AtomicInteger answers = new AtomicInteger();
                    CountDownLatch killNow = new CountDownLatch(killAt);
                    CountDownLatch allAnswered = new CountDownLatch(each);
                    int first = kill * each;
                    Thread sender =
                            Thread.ofPlatform()
                                    .start(() -> {
                                        for (int i = 0; i < part.size(); i++) {
                                            int number = first + i;
                                            RealLines.Line line = part.get(i);
                                            var _ =
                                                    producer.send(
                                                            JavaClient.record("ledger", line),
                                                            (metadata, failure) -> {
                                                                ledger.add(
                                                                        failure == null
                                                                                ? new Entry(
                                                                                        number,
                                                                                        line.key(),
                                                                                        metadata
                                                                                                .partition(),
                                                                                        metadata
                                                                                                .offset(),
                                                                                        true)
                                                                                : new Entry(
                                                                                        number,
                                                                                        line.key(),
                                                                                        -1,
                                                                                        -1,
                                                                                        false));
                                                                answers.incrementAndGet();
                                                                killNow.countDown();
                                                                allAnswered.countDown();
                                                            });
                                        }
                                    });
                    killNow.await();
                    if (kill < KILLS) {
                        if (!inFlight) {
                            allAnswered.await();
                        }
                        broker.kill();
                        broker = broker.restart();
                    }
                    sender.join();
                    producer.flush();
                    allAnswered.await();
                }
            }
            verify(
                    idempotent,
                    lines,
                    List.copyOf(ledger),
                    JavaClient.consume(broker.bootstrap(), "ledger"),
                    seed);
            broker.kill();
            broker = broker.restart();
            verify(
                    idempotent,
                    lines,
                    List.copyOf(ledger),
                    JavaClient.consume(broker.bootstrap(), "ledger"),
                    seed);
        } finally {
            broker.close();
        }
    }

    private static void verify(
            boolean idempotent,
            List<RealLines.Line> lines,
            List<Entry> ledger,
            List<Kcat.Received> stored,
            long seed) {
        String replay = " (replay with -Dmortise.seed=" + seed + ")";
        Map<String, Kcat.Received> byPlace =
                stored.stream()
                        .collect(
                                Collectors.toMap(
                                        record -> record.partition() + "/" + record.offset(),
                                        record -> record));
        assertThat(byPlace).as("each place once").hasSameSizeAs(stored);
        List<Entry> acknowledged = ledger.stream().filter(Entry::acknowledged).toList();
        System.out.printf(
                Locale.ROOT,
                "ledger, idempotent %s: %d sent, %d acknowledged, %d without answer, %d stored, %d kills%n",
                idempotent,
                ledger.size(),
                acknowledged.size(),
                ledger.size() - acknowledged.size(),
                stored.size(),
                KILLS);
        for (Entry entry : acknowledged) {
            Kcat.Received found = byPlace.get(entry.partition() + "/" + entry.offset());
            assertThat(found).as("acknowledged record " + entry + replay).isNotNull();
            assertThat(found.key()).as("key of " + entry + replay).isEqualTo(entry.key());
            assertThat(found.value())
                    .as("value of " + entry + replay)
                    .isEqualTo(lines.get(entry.number()).value());
        }
        Map<String, Long> sentTimes =
                lines.stream()
                        .limit(ledger.size())
                        .collect(
                                Collectors.groupingBy(
                                        line -> line.key() + "\t" + line.value(),
                                        Collectors.counting()));
        Map<String, Long> unanswered =
                ledger.stream()
                        .filter(entry -> !entry.acknowledged())
                        .collect(
                                Collectors.groupingBy(
                                        entry ->
                                                lines.get(entry.number()).key()
                                                        + "\t"
                                                        + lines.get(entry.number()).value(),
                                        Collectors.counting()));
        Map<String, Long> storedTimes =
                stored.stream()
                        .collect(
                                Collectors.groupingBy(
                                        record -> record.key() + "\t" + record.value(),
                                        Collectors.counting()));
        storedTimes.forEach((record, times) ->
                assertThat(times)
                        .as("times that '%s' is stored%s", record, replay)
                        .isLessThanOrEqualTo(sentTimes.getOrDefault(record, 0L)));
        sentTimes.forEach((record, times) ->
                assertThat(storedTimes.getOrDefault(record, 0L))
                        .as("times that '%s' is stored%s", record, replay)
                        .isGreaterThanOrEqualTo(times - unanswered.getOrDefault(record, 0L)));
        if (idempotent) {
            // per partition, acknowledged records lie in the order in which they were sent
            Map<Integer, List<Entry>> byPartition =
                    acknowledged.stream()
                            .sorted((left, right) -> Integer.compare(left.number(), right.number()))
                            .collect(Collectors.groupingBy(Entry::partition));
            byPartition.forEach((partition, entries) ->
                    assertThat(entries.stream().map(Entry::offset).toList())
                            .as("order in partition " + partition + replay)
                            .isSorted());
        }
    }
}
