package mortise.metadata;

import java.util.List;

/**
 * A partition in the cluster's metadata.
 *
 * @param partition its index in the topic
 * @param replicas the brokers that hold it, the preferred leader first
 * @param isr the replicas in sync
 * @param leader the leading broker, or -1
 * @param leaderEpoch grows with every new leader
 * @param partitionEpoch grows with every change
 */
public record PartitionImage(
        int partition,
        List<Integer> replicas,
        List<Integer> isr,
        int leader,
        int leaderEpoch,
        int partitionEpoch) {
    public PartitionImage {
        replicas = List.copyOf(replicas);
        isr = List.copyOf(isr);
    }
}
