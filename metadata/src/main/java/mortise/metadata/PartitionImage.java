package mortise.metadata;

import java.util.List;

/**
 * A partition in the cluster's metadata.
 *
 * @param partition its index in the topic
 * @param replicas the brokers that hold it, the preferred leader first
 * @param isr the replicas in sync
 * @param eligibleLeaders the replicas that are not in sync, but have everything up to the high
 *     watermark, so that they may lead if nobody in sync is left (KIP-966)
 * @param leader the leading broker, or -1
 * @param leaderEpoch grows with every new leader
 * @param partitionEpoch grows with every change
 */
public record PartitionImage(
        int partition,
        List<Integer> replicas,
        List<Integer> isr,
        List<Integer> eligibleLeaders,
        int leader,
        int leaderEpoch,
        int partitionEpoch) {
    public PartitionImage {
        replicas = List.copyOf(replicas);
        isr = List.copyOf(isr);
        eligibleLeaders = List.copyOf(eligibleLeaders);
    }

    /** A partition that only a replica in sync may lead. */
    public PartitionImage(
            int partition,
            List<Integer> replicas,
            List<Integer> isr,
            int leader,
            int leaderEpoch,
            int partitionEpoch) {
        this(partition, replicas, isr, List.of(), leader, leaderEpoch, partitionEpoch);
    }

    /** The same with this leader, in a new leader epoch. */
    public PartitionImage ledBy(int broker) {
        return new PartitionImage(
                partition,
                replicas,
                isr,
                eligibleLeaders,
                broker,
                leaderEpoch + 1,
                partitionEpoch + 1);
    }
}
