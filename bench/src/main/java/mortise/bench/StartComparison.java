package mortise.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import mortise.client.Cluster;

/**
 * From the start of the process on an empty directory to the first acknowledged record, and the
 * memory it keeps when idle.
 */
final class StartComparison {
    private final Bench bench;

    StartComparison(Bench bench) {
        this.bench = bench;
    }

    void run() throws IOException, InterruptedException {
        bench.run(turn -> {
            for (Subject subject : turn) {
                start(subject);
            }
        });
    }

    private void start(Subject subject) throws IOException, InterruptedException {
        try (RunningSubject running = bench.start(subject);
                Cluster cluster = running.connect()) {
            Bench.createTopic(cluster, Bench.TOPIC, 1, Map.of());
            PreparedProduce one = PreparedProduce.of(Bench.TOPIC, 0, 1, 100, (short) -1);
            try (RawDriver driver =
                    new RawDriver(running.address(), List.of(one), 1, bench.clock())) {
                driver.awaitLeaders();
            }
            ProcessCost first = running.cost();
            double seconds = (bench.clock().nanoTime() - running.startedNanos()) / 1e9;
            Figures figures = bench.figures();
            String name = subject.name();
            figures.add("start to first acknowledged record, s", name, seconds);
            figures.add("start, CPU s", name, first.cpuSeconds());
            bench.idle();
            figures.add(
                    "resident MB after " + (long) bench.length().seconds() + " s idle",
                    name,
                    running.cost().residentMegabytes());
        }
    }
}
