package mortise.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import mortise.api.Clock;
import mortise.client.BrokerErrorException;
import mortise.client.Cluster;
import mortise.client.Topics;

/**
 * The comparisons. Systems take turns, round by round; a fresh process and a fresh directory each
 * time.
 */
final class Bench {
    private static final int PORT = 29_192;
    private static final int CONNECTIONS = 6;
    private static final String TOPIC = "bench";

    private final List<Subject> subjects;
    private final Path work;
    private final int rounds;
    private final double seconds;
    private final int core;
    private final Clock clock = Clock.system();
    private final Figures figures = new Figures();

    Bench(List<Subject> subjects, Path work, int rounds, double seconds, int core) {
        this.subjects = subjects;
        this.work = work;
        this.rounds = rounds;
        this.seconds = seconds;
        this.core = core;
    }

    /** Raw produce requests over pipelining connections: what the broker spends on each. */
    void produce() throws IOException, InterruptedException {
        List<Load> loads =
                List.of(
                        new Load("60 × 1 KiB per request", 60, 1_024, 4),
                        new Load("one record of 100 B per request", 1, 100, 64));
        for (int round = 1; round <= rounds; round++) {
            for (Load load : loads) {
                for (Subject subject : subjects) {
                    produce(subject, load);
                }
                floor(load);
            }
            print("round " + round + " of " + rounds);
        }
    }

    /**
     * What each of the connections sends: records per request, bytes per value, requests
     * unanswered.
     */
    private record Load(String name, int records, int valueBytes, int depth) {
        PreparedProduce request(int partition) {
            return PreparedProduce.of(TOPIC, partition, records, valueBytes, (short) 1);
        }
    }

    /** The load against the least that a broker must do. */
    private void floor(Load load) throws IOException, InterruptedException {
        PreparedProduce request = load.request(0);
        byte[] answer = PreparedProduce.answer(TOPIC);
        Subject subject = new Subject.Floor(request, HexFormat.of().formatHex(answer));
        try (RunningSubject running = RunningSubject.start(subject, work, PORT, core, clock)) {
            running.awaitPort();
            measure(subject, load, running, Collections.nCopies(CONNECTIONS, request));
        }
    }

    private void produce(Subject subject, Load load) throws IOException, InterruptedException {
        try (RunningSubject running = RunningSubject.start(subject, work, PORT, core, clock);
                Cluster cluster = running.connect()) {
            createTopic(cluster, CONNECTIONS);
            List<PreparedProduce> requests = new ArrayList<>();
            for (int partition = 0; partition < CONNECTIONS; partition++) {
                requests.add(load.request(partition));
            }
            measure(subject, load, running, requests);
        }
    }

    private void measure(
            Subject subject, Load load, RunningSubject running, List<PreparedProduce> requests)
            throws IOException {
        try (RawDriver driver = new RawDriver(running.address(), requests, load.depth, clock)) {
            driver.run(seconds);
            ProcessCost before = running.cost();
            RawDriver.Round done = driver.run(seconds);
            ProcessCost spent = running.cost().since(before);
            driver.drain();
            String what = load.name + ": ";
            String name = subject.name();
            double cpu = spent.cpuSeconds();
            figures.add(what + "requests/s", name, done.requestsPerSecond());
            figures.add(what + "MB/s", name, done.megabytesPerSecond());
            figures.add(what + "broker CPU µs per request", name, cpu * 1e6 / done.requests());
            figures.add(what + "requests per broker CPU-second", name, done.requests() / cpu);
            figures.add(what + "MB per broker CPU-second", name, done.batchBytes() / 1e6 / cpu);
            figures.add(what + "resident MB", name, spent.residentMegabytes());
        }
    }

    /**
     * From the start of the process on an empty directory to the first acknowledged record, and the
     * memory it keeps when idle.
     */
    void start() throws IOException, InterruptedException {
        for (int round = 1; round <= rounds; round++) {
            for (Subject subject : subjects) {
                try (RunningSubject running =
                                RunningSubject.start(subject, work, PORT, core, clock);
                        Cluster cluster = running.connect()) {
                    createTopic(cluster, 1);
                    try (RawDriver driver =
                            new RawDriver(
                                    running.address(),
                                    List.of(PreparedProduce.of(TOPIC, 0, 1, 100, (short) -1)),
                                    1,
                                    clock)) {
                        driver.run(0);
                        driver.drain();
                    }
                    ProcessCost first = running.cost();
                    figures.add(
                            "start to first acknowledged record, s",
                            subject.name(),
                            (clock.nanoTime() - running.startedNanos()) / 1e9);
                    figures.add("start, CPU s", subject.name(), first.cpuSeconds());
                    idle();
                    figures.add(
                            "resident MB after " + (long) seconds + " s idle",
                            subject.name(),
                            running.cost().residentMegabytes());
                }
            }
            print("round " + round + " of " + rounds);
        }
    }

    private void idle() {
        long until = clock.nanoTime() + (long) (seconds * 1e9);
        while (clock.nanoTime() < until) {
            LockSupport.parkNanos(until - clock.nanoTime());
        }
    }

    private static void createTopic(Cluster cluster, int partitions) {
        for (int attempt = 1; ; attempt++) {
            try {
                new Topics(cluster).create(TOPIC, partitions, 1, Map.of());
                break;
            } catch (BrokerErrorException notReady) {
                if (!notReady.error().retriable() || attempt == 1_000) {
                    throw notReady;
                }
                LockSupport.parkNanos(2_000_000);
            }
        }
        for (int attempt = 1; ; attempt++) {
            boolean led =
                    new Topics(cluster)
                            .describe(TOPIC).partitions().stream()
                                    .allMatch(partition -> partition.leaderId() >= 0);
            if (led || attempt == 1_000) {
                return;
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    private void print(String after) throws IOException {
        String load = Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
        System.out.println(
                "after "
                        + after
                        + " (load "
                        + load
                        + ", durability class A, replication factor 1): median (range)");
        System.out.println(figures.table());
    }
}
