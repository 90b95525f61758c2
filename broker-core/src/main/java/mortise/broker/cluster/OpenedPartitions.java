package mortise.broker.cluster;

import java.util.List;
import mortise.spi.storage.LogId;

/**
 * What a start found and did.
 *
 * @param opened how many partitions are open
 * @param failed how many could not be opened; they are offline
 * @param removed logs of topics that were deleted; they are gone now
 * @param unknown logs that no topic knows; they were left alone
 */
public record OpenedPartitions(int opened, int failed, List<LogId> removed, List<LogId> unknown) {
    public OpenedPartitions {
        removed = List.copyOf(removed);
        unknown = List.copyOf(unknown);
    }
}
