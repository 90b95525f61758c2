package mortise.broker.partition;

import mortise.api.Clock;
import mortise.api.Timers;
import mortise.api.metrics.Metrics;
import mortise.broker.flush.FlushCoordinator;
import mortise.broker.runtime.Lanes;
import mortise.broker.runtime.WorkerSource;

/**
 * What the broker hands its partitions.
 *
 * @param nodeId the broker's number
 * @param lanes where logs are opened and closed, and looked through for old data
 * @param workers makes those that drain mailboxes
 * @param flushes shared by all partitions; closed by whoever made it, after the partitions
 */
public record PartitionServices(
        int nodeId,
        Clock clock,
        Timers timers,
        Lanes lanes,
        Metrics metrics,
        WorkerSource workers,
        FlushCoordinator flushes) {}
