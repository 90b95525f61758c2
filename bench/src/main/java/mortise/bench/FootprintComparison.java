package mortise.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mortise.client.BrokerConnection;
import mortise.client.Cluster;

/** What idle things cost: a topic of many partitions, and then many connections beside it. */
final class FootprintComparison {
    private static final int PARTITIONS = 1_000;
    private static final int CONNECTIONS = 1_000;

    private final Bench bench;

    FootprintComparison(Bench bench) {
        this.bench = bench;
    }

    void run() throws IOException, InterruptedException {
        bench.run(turn -> {
            for (Subject subject : turn) {
                measure(subject);
            }
        });
    }

    private void measure(Subject subject) throws IOException, InterruptedException {
        String name = subject.name();
        Figures figures = bench.figures();
        List<BrokerConnection> connections = new ArrayList<>();
        try (RunningSubject running = bench.start(subject);
                Cluster cluster = running.connect()) {
            Bench.createTopic(cluster, Bench.TOPIC, 1, Map.of());
            bench.idle();
            double empty = running.cost().residentMegabytes();
            ProcessCost before = running.cost();
            Bench.createTopic(cluster, "many", PARTITIONS, Map.of());
            double cpu = running.cost().since(before).cpuSeconds();
            bench.idle();
            double partitions = running.cost().residentMegabytes();
            for (int i = 0; i < CONNECTIONS; i++) {
                connections.add(
                        BrokerConnection.open(
                                running.address(), "idle-" + i, Duration.ofSeconds(30)));
            }
            bench.idle();
            double both = running.cost().residentMegabytes();
            figures.add("resident MB, idle", name, empty);
            figures.add(
                    "resident MB that " + PARTITIONS + " partitions add", name, partitions - empty);
            figures.add("CPU s to create them", name, cpu);
            figures.add(
                    "resident MB that " + CONNECTIONS + " connections add",
                    name,
                    both - partitions);
            figures.add("resident MB that both add", name, both - empty);
        } finally {
            connections.forEach(BrokerConnection::close);
        }
    }
}
