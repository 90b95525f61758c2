package mortise.simulation;

import java.util.List;
import java.util.Map;
import mortise.broker.SimulatedBroker;
import mortise.simulation.check.Violation;
import mortise.simulation.net.SimNetwork;

/** Looks for what is still held when nobody uses the broker any more. */
final class Leaks {
    private static final List<String> ZERO =
            List.of(
                    "partition_credit_waiting_requests",
                    "fetch_sessions",
                    "fetch_session_partitions",
                    "flush_waiting_logs",
                    "controller_waiting_commands",
                    "metadata_partition_operations");

    private Leaks() {}

    static void require(Host host, SimNetwork network) {
        require(network.frames().held(), "frames of requests");
        SimulatedBroker broker = host.broker();
        if (broker == null) {
            throw new Violation("stuck", "there is no broker at the end");
        }
        Map<String, Long> metrics = broker.metrics();
        for (String name : ZERO) {
            Long value = metrics.get(name);
            if (value == null) {
                throw new Violation("simulation", "the broker has no metric " + name);
            }
            require(value, name);
        }
        require(broker.watchers(), "watchers of partitions");
        require(broker.credit(), "credit of mailboxes");
    }

    private static void require(long held, String what) {
        if (held != 0) {
            throw new Violation("leak", held + " " + what + " are left when everybody has gone");
        }
    }
}
