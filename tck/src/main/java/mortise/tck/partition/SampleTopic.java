package mortise.tck.partition;

import java.util.Set;
import mortise.spi.partition.TopicView;

/**
 * A topic some of whose partitions have no leader.
 *
 * @param leaderless the partitions without a leader
 */
public record SampleTopic(String name, int partitionCount, Set<Integer> leaderless)
        implements TopicView {
    public SampleTopic {
        leaderless = Set.copyOf(leaderless);
    }

    @Override
    public boolean hasLeader(int partition) {
        if (partition < 0 || partition >= partitionCount) {
            throw new AssertionError(
                    "asked whether partition "
                            + partition
                            + " of "
                            + name
                            + " has a leader, but it has "
                            + partitionCount
                            + " partitions");
        }
        return !leaderless.contains(partition);
    }
}
