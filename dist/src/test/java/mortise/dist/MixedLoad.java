package mortise.dist;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A run in rounds. In each, clients of every kind write to topics of the round while faults happen;
 * then the broker is left alone, every record is answered, the topics are read back and compared
 * with what was acknowledged, every living topic takes a record, and the round's topics are
 * deleted.
 */
final class MixedLoad {
    private static final long ROUND_SECONDS = 60;
    private static final long SHORTEST_ROUND_SECONDS = 12;
    private static final int LONGER = 4;
    private static final long SETTLING_SECONDS = 60;
    private static final long SAMPLE_MILLIS = 2_000;
    private static final long PROGRESS_SECONDS = 10;

    /** From how many seconds on the last third of a run is one life of the broker. */
    private static final long LONG_RUN_SECONDS = 300;

    private final BoundedDisk disk;
    private final Path data;
    private final Random random;
    private final FaultTally faults;
    private final Findings findings = new Findings();
    private final LoadTally tally = new LoadTally();
    private final ProcessSamples samples = new ProcessSamples();
    private final CountDownLatch end = new CountDownLatch(1);
    private final long startNanos = System.nanoTime();
    private Map<String, Integer> refusals = Map.of();
    private String log = "";
    private int rounds;
    private long followed;
    private long churned;

    MixedLoad(BoundedDisk disk, Path data, Set<MixedFault> kinds, Random random) {
        this.disk = disk;
        this.data = data;
        this.random = random;
        this.faults = new FaultTally(kinds);
    }

    Findings findings() {
        return findings;
    }

    Set<MixedFault> missing() {
        return faults.missing();
    }

    private double elapsedSeconds() {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    /** Runs for about so long. */
    void run(long seconds) throws Exception {
        Files.createDirectories(disk.path().resolve("broker"));
        // so that what the broker logs lies beside, not on the disk that gets full
        Files.createSymbolicLink(data, disk.path().resolve("broker"));
        List<Integer> ports =
                List.of(
                        BrokerUnderLoad.freePort(random),
                        BrokerUnderLoad.freePort(random),
                        BrokerUnderLoad.freePort(random));
        try (BrokerUnderLoad broker = new BrokerUnderLoad(disk, data, ports);
                TopicChurn churn =
                        new TopicChurn(
                                broker.bootstrap(false),
                                faults,
                                findings,
                                new Random(random.nextLong()))) {
            Thread sampling = Thread.ofPlatform().daemon().start(() -> sample(broker));
            try {
                long shortest = Math.min(SHORTEST_ROUND_SECONDS, seconds);
                while (findings.none()
                        && (rounds == 0 || seconds - elapsedSeconds() >= shortest / 2.0)) {
                    long left = Math.max(shortest, seconds - (long) elapsedSeconds());
                    long roundSeconds =
                            Math.min(ROUND_SECONDS, left >= 2 * shortest ? left / 2 : left);
                    boolean oneLife =
                            seconds >= LONG_RUN_SECONDS && elapsedSeconds() > seconds * 0.6;
                    round(broker, churn, Math.max(shortest, roundSeconds), oneLife);
                }
            } finally {
                end.countDown();
                sampling.join();
                refusals = churn.refusals();
                log = broker.log();
            }
            judgeGrowth(seconds);
        }
    }

    private void sample(BrokerUnderLoad broker) {
        try {
            long progress = PROGRESS_SECONDS;
            while (!end.await(SAMPLE_MILLIS, TimeUnit.MILLISECONDS)) {
                samples.take(ProcessSamples.Moment.LOAD, broker, disk);
                if (elapsedSeconds() > progress) {
                    progress += PROGRESS_SECONDS;
                    List<ProcessSamples.Sample> all = samples.all();
                    System.out.printf(
                            Locale.ROOT,
                            "mixed load %4.0f s, round %d: %s; %s%n",
                            elapsedSeconds(),
                            rounds,
                            faults,
                            all.isEmpty() ? "" : all.getLast());
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void round(BrokerUnderLoad broker, TopicChurn churn, long seconds, boolean oneLife)
            throws Exception {
        rounds++;
        List<LoadTopic> topics =
                List.of(
                        new LoadTopic("plain-" + rounds),
                        new LoadTopic("grown-" + rounds),
                        new LoadTopic("trimmed-" + rounds));
        churn.admin()
                .createTopics(
                        List.of(
                                new NewTopic(topics.get(0).name(), 3, (short) 1),
                                new NewTopic(topics.get(1).name(), 2, (short) 1)
                                        .configs(Map.of("segment.bytes", "1048576")),
                                new NewTopic(topics.get(2).name(), 2, (short) 1)
                                        .configs(
                                                Map.of(
                                                        "segment.bytes",
                                                        "1048576",
                                                        "flush.messages",
                                                        "500"))))
                .all()
                .get(30, TimeUnit.SECONDS);
        churn.createMissing();
        CountDownLatch over = new CountDownLatch(1);
        List<LoadProducer> producers = producers(broker, topics);
        KcatTail kcat = new KcatTail(broker.bootstrap(true), topics.get(0).name());
        try (TailReader tail = new TailReader(broker.bootstrap(true), topics, 2, findings)) {
            List<ChurnWriter> writers =
                    List.of(
                            new ChurnWriter(broker.bootstrap(false), true, TopicChurn.NAMES, over),
                            new ChurnWriter(broker.bootstrap(true), false, TopicChurn.NAMES, over));
            List<Thread> threads = new ArrayList<>();
            producers.forEach(producer -> threads.add(start(() -> send(producer, over))));
            threads.add(start(() -> churn.run(topics.get(1), topics.get(2), over)));
            threads.add(
                    start(
                            new ProcessFaults(
                                    broker,
                                    faults,
                                    findings,
                                    new Random(random.nextLong()),
                                    churn,
                                    oneLife,
                                    seconds < ROUND_SECONDS ? 500 : 3_000,
                                    over)));
            over.await(seconds, TimeUnit.SECONDS);
            // a machine that is busy with something else needs longer for all kinds
            for (long more = 0;
                    more < LONGER * seconds && !faults.missing().isEmpty() && findings.none();
                    more++) {
                over.await(1, TimeUnit.SECONDS);
            }
            over.countDown();
            joinAll("a client or the administrator hangs", threads);
            writers.forEach(ChurnWriter::close);
            churned += writers.stream().mapToLong(ChurnWriter::answered).sum();
            settle(broker, producers);
            if (!oneLife && broker.alive()) {
                endALife(broker);
            }
            if (broker.alive()) {
                LoadAudit audit = new LoadAudit(broker.bootstrap(false), findings, tally);
                topics.forEach(audit::audit);
            }
            followed += tail.records();
        } finally {
            producers.forEach(LoadProducer::close);
            followed += kcat.end(findings);
        }
        if (!broker.alive()) {
            findings.add("the broker ended by itself", "see its log");
            return;
        }
        List<TopicPartition> living = churn.living();
        everyLivingTopicTakesARecord(broker, living);
        churn.remove(living.stream().map(TopicPartition::topic).distinct().toList());
        // files of deleted topics stay for a while
        end.await(4, TimeUnit.SECONDS);
        samples.take(ProcessSamples.Moment.QUIET, broker, disk);
        System.out.println("mixed load, after round " + rounds + ": " + lastQuiet());
    }

    private void joinAll(String kind, List<Thread> threads) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLING_SECONDS + 5);
        for (Thread thread : threads) {
            if (!thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
                StackTraceElement[] at = thread.getStackTrace();
                findings.add(kind, "in " + List.of(at).subList(0, Math.min(6, at.length)));
            }
        }
    }

    private static Thread start(Runnable work) {
        return Thread.ofPlatform().daemon().start(work);
    }

    private String lastQuiet() {
        List<ProcessSamples.Sample> quiet = samples.of(ProcessSamples.Moment.QUIET);
        return quiet.isEmpty() ? "" : quiet.getLast().toString();
    }

    private List<LoadProducer> producers(BrokerUnderLoad broker, List<LoadTopic> topics) {
        String name = "r" + rounds;
        List<LoadProducer> producers = new ArrayList<>();
        List<String> codecs = List.of("none", "lz4", "zstd");
        for (String codec : codecs) {
            producers.add(
                    new JavaLoad(
                            name + "-java-" + codec,
                            "Java idempotent " + codec,
                            broker.bootstrap(codec.equals("lz4")),
                            LoadLedger.Promise.EXACTLY_ONCE,
                            Map.of(
                                    "enable.idempotence",
                                    true,
                                    "compression.type",
                                    codec,
                                    // with many small batches there are always five on their way
                                    "batch.size",
                                    codec.equals("none") ? 300 : 16_384),
                            topics,
                            codec.equals("none") ? 8 : 2));
        }
        producers.add(
                new JavaLoad(
                        name + "-java-all",
                        "Java acks=all gzip",
                        broker.bootstrap(true),
                        LoadLedger.Promise.AT_LEAST_ONCE,
                        Map.of(
                                "enable.idempotence",
                                false,
                                "acks",
                                "all",
                                "compression.type",
                                "gzip"),
                        topics,
                        2));
        producers.add(
                new JavaLoad(
                        name + "-java-one",
                        "Java acks=1 snappy",
                        broker.bootstrap(false),
                        LoadLedger.Promise.COUNTED,
                        Map.of(
                                "enable.idempotence",
                                false,
                                "acks",
                                "1",
                                "compression.type",
                                "snappy"),
                        topics,
                        2));
        producers.add(
                new KcatLoad(
                        name + "-kcat-idempotent",
                        "kcat idempotent zstd",
                        broker.bootstrap(false),
                        LoadLedger.Promise.EXACTLY_ONCE,
                        List.of("enable.idempotence=true", "compression.codec=zstd"),
                        topics.get(0),
                        4));
        producers.add(
                new KcatLoad(
                        name + "-kcat-trimmed",
                        "kcat idempotent none",
                        broker.bootstrap(true),
                        LoadLedger.Promise.EXACTLY_ONCE,
                        List.of("enable.idempotence=true"),
                        topics.get(2),
                        2));
        producers.add(
                new KcatLoad(
                        name + "-kcat-all",
                        "kcat acks=all lz4",
                        broker.bootstrap(true),
                        LoadLedger.Promise.AT_LEAST_ONCE,
                        List.of("acks=all", "compression.codec=lz4"),
                        topics.get(1),
                        4));
        return producers;
    }

    private void send(LoadProducer producer, CountDownLatch over) {
        try {
            while (!over.await(20, TimeUnit.MILLISECONDS)) {
                producer.send();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (AssertionError | RuntimeException failure) {
            findings.add("a producer ends in the middle of its work", failure.toString());
        }
    }

    /** In calm everything that was sent is answered. */
    private void settle(BrokerUnderLoad broker, List<LoadProducer> producers)
            throws InterruptedException {
        List<Thread> settling = new ArrayList<>();
        for (LoadProducer producer : producers) {
            settling.add(start(() -> finish(producer)));
        }
        joinAll("a producer does not end", settling);
        if (!broker.alive()) {
            findings.add("the broker ended by itself", "while its clients finished");
        }
    }

    private void finish(LoadProducer producer) {
        try {
            producer.finish(SETTLING_SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (AssertionError | RuntimeException failure) {
            findings.add("a producer does not end well", failure.toString());
        }
    }

    /** What is read back is what the next process finds, not what this one remembers. */
    private void endALife(BrokerUnderLoad broker) {
        try {
            if (faults.wants(MixedFault.KILL)
                    && (rounds % 2 == 0 || !faults.wants(MixedFault.STOP))) {
                broker.kill();
                faults.happened(MixedFault.KILL);
            } else if (faults.wants(MixedFault.STOP)) {
                broker.stop();
                faults.happened(MixedFault.STOP);
            }
        } catch (IllegalStateException failure) {
            findings.add("the broker does not come back", failure.toString());
        }
    }

    private void everyLivingTopicTakesARecord(BrokerUnderLoad broker, List<TopicPartition> living)
            throws InterruptedException {
        Map<String, Object> settings =
                Map.of(
                        "max.block.ms",
                        20_000,
                        "delivery.timeout.ms",
                        30_000,
                        "request.timeout.ms",
                        15_000);
        Map<TopicPartition, Future<RecordMetadata>> answers = new LinkedHashMap<>();
        try (KafkaProducer<byte[], byte[]> producer =
                JavaClient.producer(broker.bootstrap(false), settings)) {
            for (TopicPartition partition : living) {
                answers.put(
                        partition,
                        producer.send(
                                new ProducerRecord<>(
                                        partition.topic(),
                                        partition.partition(),
                                        null,
                                        new byte[] {1})));
            }
            for (Map.Entry<TopicPartition, Future<RecordMetadata>> answer : answers.entrySet()) {
                try {
                    answer.getValue().get(40, TimeUnit.SECONDS);
                } catch (ExecutionException refused) {
                    findings.add(
                            "a living topic takes no record in calm",
                            answer.getKey() + ": " + refused.getCause());
                } catch (TimeoutException late) {
                    findings.add(
                            "a living topic takes no record in calm",
                            answer.getKey() + ": no answer");
                }
            }
        }
    }

    private void judgeGrowth(long seconds) {
        List<ProcessSamples.Sample> quiet = samples.of(ProcessSamples.Moment.QUIET);
        if (!quiet.isEmpty()) {
            long fewest = quiet.stream().mapToLong(ProcessSamples.Sample::files).min().orElse(0);
            quiet.stream()
                    .filter(sample -> sample.files() > fewest + 60)
                    .forEach(sample -> findings.add("file handles stay open", sample.toString()));
        }
        samples.all().stream()
                .filter(sample -> sample.threads() > 250 || sample.residentBytes() > 2L << 30)
                .forEach(sample ->
                        findings.add("threads or memory beyond all bounds", sample.toString()));
        double logBytesPerMinute = log.length() / Math.max(1, elapsedSeconds() / 60);
        if (logBytesPerMinute > 256 << 10) {
            findings.add(
                    "the broker's log grows",
                    String.format(Locale.ROOT, "%.0f bytes a minute", logBytesPerMinute));
        }
        if (seconds >= LONG_RUN_SECONDS) {
            judgeLongLife(samples.longestLife());
        }
    }

    /** In one long life under even load the second half holds no more than the first did. */
    private void judgeLongLife(List<ProcessSamples.Sample> life) {
        List<ProcessSamples.Sample> first = life.subList(0, life.size() / 2);
        List<ProcessSamples.Sample> second = life.subList(life.size() / 2, life.size());
        Map<String, ToLongFunction<ProcessSamples.Sample>> figures =
                Map.of(
                        "resident memory",
                        ProcessSamples.Sample::residentBytes,
                        "threads",
                        ProcessSamples.Sample::threads,
                        "file handles",
                        ProcessSamples.Sample::files);
        Map<String, Long> slack =
                Map.of("resident memory", 64L << 20, "threads", 8L, "file handles", 100L);
        figures.forEach((name, figure) -> {
            long before = first.stream().mapToLong(figure).max().orElse(0);
            long after = second.stream().mapToLong(figure).max().orElse(0);
            if (after > before * 1.15 + slack.getOrDefault(name, 0L)) {
                findings.add(
                        name + " grows",
                        String.format(
                                Locale.ROOT,
                                "at most %d in the first half of a life, %d in the second",
                                before,
                                after));
            }
        });
    }

    /** The broker's own lines of what it could not do, each once, with how often. */
    String brokerErrors() {
        Map<String, Integer> lines = new LinkedHashMap<>();
        Map<String, String> first = new HashMap<>();
        log.lines()
                .filter(line -> line.contains(" ERROR ") || line.contains(" WARN "))
                .forEach(line -> {
                    String alike = line.replaceAll("\\d+", "#");
                    lines.merge(alike, 1, Integer::sum);
                    first.putIfAbsent(alike, line);
                });
        StringBuilder text = new StringBuilder("the broker's warnings and errors:\n");
        lines.entrySet().stream()
                .sorted((left, right) -> right.getValue() - left.getValue())
                .limit(25)
                .forEach(line ->
                        text.append(
                                String.format(
                                        Locale.ROOT,
                                        "%5d × %s%n",
                                        line.getValue(),
                                        first.get(line.getKey()))));
        return text.toString();
    }

    /** The closing table. */
    String report() {
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "%nmixed load: %d rounds in %.0f s, %d records acknowledged, %d seen by consumers that follow, %d answered in topics that come and go%n%n",
                        rounds,
                        elapsedSeconds(),
                        tally.acknowledged(),
                        followed,
                        churned));
        text.append(tally).append('\n');
        text.append("faults: ").append(faults).append('\n');
        text.append("refused to the administrator: ").append(refusals).append("\n\n");
        List<ProcessSamples.Sample> all = samples.all();
        int step = Math.max(1, all.size() / 30);
        for (int i = 0; i < all.size(); i++) {
            if (i % step == 0 || all.get(i).moment() == ProcessSamples.Moment.QUIET) {
                text.append(all.get(i)).append('\n');
            }
        }
        List<ProcessSamples.Sample> life = samples.longestLife();
        text.append(
                String.format(
                        Locale.ROOT,
                        "%nper hour in the longest life (%d samples): resident memory %+.1f MB, threads %+.1f, file handles %+.1f, log %+.1f KB%n",
                        life.size(),
                        ProcessSamples.slopePerHour(life, ProcessSamples.Sample::residentBytes)
                                / (1 << 20),
                        ProcessSamples.slopePerHour(life, ProcessSamples.Sample::threads),
                        ProcessSamples.slopePerHour(life, ProcessSamples.Sample::files),
                        ProcessSamples.slopePerHour(life, ProcessSamples.Sample::logBytes) / 1024));
        return text.append('\n').append(brokerErrors()).toString();
    }
}
