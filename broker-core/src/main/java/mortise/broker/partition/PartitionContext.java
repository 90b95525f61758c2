package mortise.broker.partition;

import mortise.api.Clock;
import mortise.api.Timers;
import mortise.broker.flush.FlushCoordinator;
import mortise.broker.mailbox.CreditLine;
import mortise.broker.mailbox.Drains;
import mortise.broker.runtime.Failures;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.StorageException;

/**
 * What all partitions of a broker share.
 *
 * @param nodeId the broker's number
 * @param unexpected hears of what others throw when a partition tells them something
 * @param refusedReads hears of reads that the store refused
 * @param failures hears of a log directory that can no longer be used
 */
record PartitionContext(
        int nodeId,
        PartitionSettings settings,
        Clock clock,
        Timers timers,
        Drains drains,
        CreditLine credits,
        FlushCoordinator flushes,
        PartitionMetrics metrics,
        Failures unexpected,
        RefusedReads refusedReads,
        RememberedProducers producers,
        AppendRuns runs,
        DirectoryFailures failures) {
    /** Takes every partition of a directory out of service. */
    interface DirectoryFailures {
        void directoryFailed(LogDirectory directory, StorageException cause);
    }
}
