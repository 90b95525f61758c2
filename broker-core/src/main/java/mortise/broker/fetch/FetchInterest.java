package mortise.broker.fetch;

import mortise.broker.partition.Partition;
import mortise.broker.partition.ProgressWatcher;
import mortise.wire.message.FetchRequest.FetchPartition;
import mortise.wire.message.FetchResponse.PartitionData;
import org.jspecify.annotations.Nullable;

/**
 * A session's interest in one partition: from where its client reads, and what it was last told.
 * Registered with the partition once, and marked by it from then on.
 *
 * <p>Confined to the session's owner, except for the mark.
 */
final class FetchInterest extends DirtyMark implements ProgressWatcher {
    private static final long UNTOLD = -1;

    private final DirtyMarks marks;
    private final FetchTopicKey topic;
    private final int index;
    private @Nullable Partition partition;
    private boolean watching;
    private boolean ready;
    private boolean forgotten;
    private long offset;
    private int maxBytes;
    private int currentLeaderEpoch;
    private int lastFetchedEpoch;
    private long toldHighWatermark = UNTOLD;
    private long toldStart = UNTOLD;

    /** What the fetch at hand has to say; null for nothing. */
    private @Nullable PartitionData answer;

    /** Whether there is data that the fetch at hand had no room for. */
    private boolean starved;

    FetchInterest(DirtyMarks marks, FetchTopicKey topic, int index) {
        this.marks = marks;
        this.topic = topic;
        this.index = index;
    }

    @Override
    public void progressed() {
        marks.mark(this);
    }

    FetchTopicKey topic() {
        return topic;
    }

    int index() {
        return index;
    }

    long offset() {
        return offset;
    }

    int maxBytes() {
        return maxBytes;
    }

    int currentLeaderEpoch() {
        return currentLeaderEpoch;
    }

    int lastFetchedEpoch() {
        return lastFetchedEpoch;
    }

    /** Takes what a request says of the partition. */
    void update(FetchPartition request) {
        offset = request.fetchOffset();
        maxBytes = request.partitionMaxBytes();
        currentLeaderEpoch = request.currentLeaderEpoch();
        lastFetchedEpoch = request.lastFetchedEpoch();
    }

    /** The partition, looked up again if the one known is gone; null if there is none. */
    @Nullable Partition partition(FetchSources sources) {
        Partition known = partition;
        if (known == null || known.stopped()) {
            Partition found = sources.find(topic, index);
            if (watching) {
                leave();
                partition = found;
                watch();
            }
            partition = found;
            return found;
        }
        return known;
    }

    /** Registers the interest with the partition, if there is one. */
    void watch() {
        Partition known = partition;
        if (!watching || known != null) {
            watching = true;
            if (known != null) {
                known.progress().add(this);
            }
        }
    }

    /** Ends the registration. */
    void unwatch() {
        leave();
        watching = false;
    }

    private void leave() {
        Partition known = partition;
        if (watching && known != null) {
            known.progress().remove(this);
        }
    }

    boolean ready() {
        return ready;
    }

    void ready(boolean whether) {
        ready = whether;
    }

    boolean forgotten() {
        return forgotten;
    }

    void forget() {
        forgotten = true;
        unwatch();
    }

    @Nullable PartitionData answer() {
        return answer;
    }

    void answer(@Nullable PartitionData data) {
        answer = data;
        starved = false;
    }

    boolean starved() {
        return starved;
    }

    void starve() {
        starved = true;
    }

    /** Whether the client does not know these yet. */
    boolean untold(long highWatermark, long start) {
        return highWatermark != toldHighWatermark || start != toldStart;
    }

    /** Notes what the client is told by a response that is going out. */
    void told(PartitionData data) {
        toldHighWatermark = data.errorCode() == 0 ? data.highWatermark() : UNTOLD;
        toldStart = data.logStartOffset();
    }
}
