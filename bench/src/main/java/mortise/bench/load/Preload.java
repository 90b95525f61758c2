package mortise.bench.load;

import java.io.IOException;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import mortise.api.Clock;
import mortise.api.HostPort;
import mortise.bench.workload.Workload;

/** Fills a topic before a run, as fast as it is taken. */
final class Preload {
    private static final Duration PATIENCE = Duration.ofHours(1);

    private Preload() {}

    static void fill(Workload workload, HostPort address, String topic, Clock clock)
            throws IOException {
        int partitions = workload.topic().partitions();
        long each = workload.topic().preload().bytes() / partitions;
        if (each == 0) {
            return;
        }
        Window window = Window.of(clock.nanoTime(), PATIENCE);
        Run run = new Run(workload, address, topic, window, Run.Notes.of(window), clock);
        List<RawProducer> producers = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            for (int partition = 0; partition < partitions; partition++) {
                List<PreparedProduce> requests = RawLoad.ofPartition(workload, topic, partition);
                RawProducer producer =
                        new RawProducer(
                                run,
                                requests,
                                Pace.MAXIMUM,
                                Math.ceilDiv(each, requests.getFirst().batchBytes()),
                                selector);
                producers.add(producer);
                producer.awaitLeaders();
            }
            while (!producers.stream().allMatch(RawProducer::isDone) && !run.isOver()) {
                RawLoad.iterate(clock, selector, producers);
            }
        } finally {
            for (RawProducer producer : producers) {
                producer.close();
            }
        }
        List<String> failures = run.notes().failures().all();
        if (!failures.isEmpty() || run.isOver()) {
            throw new IOException("filling " + topic + ": " + failures);
        }
    }
}
