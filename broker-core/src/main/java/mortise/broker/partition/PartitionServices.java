package mortise.broker.partition;

import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import mortise.api.Clock;
import mortise.api.Timers;
import mortise.api.metrics.Metrics;
import mortise.broker.flush.FlushCoordinator;
import mortise.broker.runtime.Blocking;

/**
 * What the broker hands its partitions.
 *
 * @param nodeId the broker's number
 * @param blocking where logs are opened, closed and searched
 * @param threads gives a factory of threads whose names begin with what it is given
 * @param flushes shared by all partitions; closed by whoever made it, after the partitions
 */
public record PartitionServices(
        int nodeId,
        Clock clock,
        Timers timers,
        Blocking blocking,
        Metrics metrics,
        Function<String, ThreadFactory> threads,
        FlushCoordinator flushes) {}
