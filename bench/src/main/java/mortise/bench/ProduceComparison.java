package mortise.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import mortise.client.Cluster;

/** Raw produce requests over pipelining connections: what the broker spends on each. */
final class ProduceComparison {
    private static final int CONNECTIONS = 6;

    /** A topic in service: what is old is removed, and its memory is used again. */
    private static final Map<String, String> RETAINED =
            Map.of(
                    "segment.bytes", Integer.toString(256 << 20),
                    "retention.bytes", Integer.toString(256 << 20),
                    "file.delete.delay.ms", "1000");

    private static final long GIBIBYTE = 1L << 30;

    private static final List<Load> LOADS =
            List.of(
                    new Load("large", "60 × 1 KiB per request", 60, 1_024, 4, RETAINED, GIBIBYTE),
                    new Load(
                            "growing",
                            "60 × 1 KiB per request, nothing removed",
                            60,
                            1_024,
                            4,
                            Map.of(),
                            Long.MAX_VALUE),
                    new Load(
                            "small",
                            "one record of 100 B per request",
                            1,
                            100,
                            64,
                            Map.of(),
                            GIBIBYTE));

    private final Bench bench;
    private final List<Load> loads;

    /**
     * @param load the name of the one load to run, or nothing for all
     */
    ProduceComparison(Bench bench, String load) {
        this.bench = bench;
        this.loads =
                LOADS.stream().filter(known -> load.isEmpty() || known.name.equals(load)).toList();
        if (loads.isEmpty()) {
            throw new IllegalArgumentException("there is no load " + load);
        }
    }

    /**
     * What each of the connections sends: records per request, bytes per value, requests
     * unanswered; how the topic is configured; and after how many bytes the floor begins its file
     * again.
     */
    private record Load(
            String name,
            String what,
            int records,
            int valueBytes,
            int depth,
            Map<String, String> topic,
            long floorFileBytes) {
        PreparedProduce request(int partition) {
            return PreparedProduce.of(Bench.TOPIC, partition, records, valueBytes, (short) 1);
        }
    }

    void run() throws IOException, InterruptedException {
        bench.run(turn -> {
            for (Load load : loads) {
                for (Subject subject : turn) {
                    produce(subject, load);
                }
                floor(load);
            }
        });
    }

    /**
     * All systems at once, each under its load in turn, a turn a round: what differs between two
     * builds of one system is less than what its place among fresh processes costs it.
     */
    void beside() throws IOException, InterruptedException {
        for (Load load : loads) {
            Map<Subject, RunningSubject> up = new LinkedHashMap<>();
            Map<Subject, RawDriver> drivers = new HashMap<>();
            try {
                for (Subject subject : bench.subjects()) {
                    RunningSubject running = bench.start(subject, up.size());
                    up.put(subject, running);
                    RawDriver driver = driver(running, requests(running, load), load);
                    drivers.put(subject, driver);
                    warmUp(driver);
                    driver.drain();
                }
                bench.run(turn -> {
                    for (Subject subject : turn) {
                        measure(
                                subject,
                                load,
                                Objects.requireNonNull(up.get(subject)),
                                Objects.requireNonNull(drivers.get(subject)));
                    }
                });
            } finally {
                for (RawDriver driver : drivers.values()) {
                    driver.close();
                }
                for (RunningSubject running : up.values()) {
                    running.close();
                }
            }
        }
    }

    /** The load against the least that a broker must do. */
    private void floor(Load load) throws IOException, InterruptedException {
        PreparedProduce request = load.request(0);
        byte[] answer = PreparedProduce.answer(Bench.TOPIC);
        Subject subject =
                new Subject.Floor(request, HexFormat.of().formatHex(answer), load.floorFileBytes);
        try (RunningSubject running = bench.start(subject)) {
            running.awaitPort();
            loaded(subject, load, running, Collections.nCopies(CONNECTIONS, request));
        }
    }

    private void produce(Subject subject, Load load) throws IOException, InterruptedException {
        try (RunningSubject running = bench.start(subject)) {
            loaded(subject, load, running, requests(running, load));
        }
    }

    private void loaded(
            Subject subject, Load load, RunningSubject running, List<PreparedProduce> requests)
            throws IOException {
        try (RawDriver driver = driver(running, requests, load)) {
            warmUp(driver);
            measure(subject, load, running, driver);
        }
    }

    /** Creates the load's topic; one request for each of its partitions. */
    private static List<PreparedProduce> requests(RunningSubject running, Load load)
            throws IOException {
        try (Cluster cluster = running.connect()) {
            Bench.createTopic(cluster, Bench.TOPIC, CONNECTIONS, load.topic);
        }
        List<PreparedProduce> requests = new ArrayList<>();
        for (int partition = 0; partition < CONNECTIONS; partition++) {
            requests.add(load.request(partition));
        }
        return requests;
    }

    private RawDriver driver(RunningSubject running, List<PreparedProduce> requests, Load load)
            throws IOException {
        return new RawDriver(running.address(), requests, load.depth, bench.clock());
    }

    private void warmUp(RawDriver driver) throws IOException {
        driver.awaitLeaders();
        driver.run(bench.length().warmUpSeconds());
    }

    private void measure(Subject subject, Load load, RunningSubject running, RawDriver driver)
            throws IOException {
        ProcessCost before = running.cost();
        RawDriver.Round done = driver.run(bench.length().seconds());
        ProcessCost spent = running.cost().since(before);
        driver.drain();
        String what = load.what + ": ";
        String name = subject.name();
        double cpu = spent.cpuSeconds();
        Figures figures = bench.figures();
        figures.add(what + "requests/s", name, done.requestsPerSecond());
        figures.add(what + "MB/s", name, done.megabytesPerSecond());
        figures.add(what + "broker CPU µs per request", name, cpu * 1e6 / done.requests());
        figures.add(what + "requests per broker CPU-second", name, done.requests() / cpu);
        figures.add(what + "MB per broker CPU-second", name, done.batchBytes() / 1e6 / cpu);
        figures.add(what + "resident MB", name, spent.residentMegabytes());
    }
}
