package mortise.broker.partition.api;

import mortise.api.ErrorCode;
import mortise.broker.partition.LeaderView;
import mortise.broker.partition.LocalTopic;
import mortise.broker.partition.Partition;
import mortise.broker.partition.Partitions;
import org.jspecify.annotations.Nullable;

/**
 * A partition that a request names, if it is led here in the epoch that the client knows; else why
 * not.
 *
 * @param partition null if there is an error
 * @param view null if there is an error
 */
record Led(@Nullable Partition partition, @Nullable LeaderView view, ErrorCode error) {
    private static final int ANY_EPOCH = -1;

    /** Looks a partition up for a client that says nothing of the epoch. */
    static Led find(Partitions partitions, String topic, int index) {
        return find(partitions, topic, index, ANY_EPOCH);
    }

    /**
     * Looks a partition up.
     *
     * @param currentEpoch the epoch that the client knows, or -1
     */
    static Led find(Partitions partitions, String topic, int index, int currentEpoch) {
        LocalTopic local = partitions.find(topic);
        if (local == null) {
            return new Led(null, null, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        }
        Partition partition = local.partition(index);
        if (partition == null) {
            return new Led(null, null, local.absence(index));
        }
        LeaderView view = partition.leaderView();
        if (view == null) {
            return new Led(null, null, partition.absence());
        }
        if (currentEpoch >= 0 && currentEpoch != view.leaderEpoch()) {
            return new Led(
                    null,
                    null,
                    currentEpoch < view.leaderEpoch()
                            ? ErrorCode.FENCED_LEADER_EPOCH
                            : ErrorCode.UNKNOWN_LEADER_EPOCH);
        }
        return new Led(partition, view, ErrorCode.NONE);
    }
}
