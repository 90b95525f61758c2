package mortise.bench.load;

import java.io.IOException;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import mortise.api.Clock;
import mortise.api.HostPort;
import mortise.bench.workload.Workload;

/**
 * Waits until partitions take records: what a start, a restart or a creation comes to for clients.
 */
public final class Acknowledgements {
    private static final int CONNECTIONS = 8;

    private Acknowledgements() {}

    /**
     * Returns when one record has been acknowledged in every partition of a topic.
     *
     * @param workload what its records are like
     */
    public static void await(Workload workload, HostPort address, String topic, Clock clock)
            throws IOException {
        Window window = new Window();
        Run run = new Run(workload, address, topic, window, Run.Notes.of(window), clock);
        int partitions = workload.topic().partitions();
        List<RawProducer> connections = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            for (int partition = 0; partition < partitions; partition++) {
                PreparedProduce request = RawLoad.request(workload, topic, partition);
                if (partition < CONNECTIONS) {
                    connections.add(
                            new RawProducer(run, List.of(request), Pace.MAXIMUM, 1, selector));
                }
                connections.get(partition % CONNECTIONS).awaitLeader(request);
            }
        } finally {
            for (RawProducer connection : connections) {
                connection.close();
            }
        }
    }

    /** Fills a topic as fast as it is taken, as far as a workload says. */
    public static void preload(Workload workload, HostPort address, String topic, Clock clock)
            throws IOException {
        Preload.fill(workload, address, topic, clock);
    }
}
