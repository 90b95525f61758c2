package mortise.simulation.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What all clients of a run together believe, and the promises that the broker must keep. It sees
 * requests and answers only, and nothing of the broker's own state.
 */
public final class Ledger {
    private final Map<UUID, TopicLedger> topics = new LinkedHashMap<>();
    private final Map<String, Map<Integer, Long>> deletions = new TreeMap<>();
    private long acknowledged;
    private long read;

    /** A topic, as soon as anybody hears of it. */
    public TopicLedger topic(UUID id, String name) {
        return topics.computeIfAbsent(id, unknown -> new TopicLedger(id, name, deletionsOf(name)));
    }

    private Map<Integer, Long> deletionsOf(String name) {
        return deletions.computeIfAbsent(name, unknown -> new TreeMap<>());
    }

    /** Somebody asks, by name, for the records before an offset to be deleted. */
    public void deletionRequested(String name, int partition, long before) {
        deletionsOf(name).merge(partition, before, Math::max);
    }

    /** A partition of a topic that somebody has heard of. */
    public PartitionLedger partition(UUID id, int index) {
        TopicLedger topic = topics.get(id);
        if (topic == null) {
            throw new Violation("phantom", "an answer names topic " + id + ", which nobody knows");
        }
        return topic.partition(index);
    }

    /** The topics that anybody heard of, in the order in which they did. */
    public List<TopicLedger> topics() {
        return List.copyOf(topics.values());
    }

    /** Topics that must be there. */
    public List<TopicLedger> living() {
        List<TopicLedger> living = new ArrayList<>(topics.values());
        living.removeIf(TopicLedger::mayBeGone);
        return living;
    }

    /** The power went. */
    public void powerLost() {
        topics.values().forEach(TopicLedger::powerLost);
    }

    /** The store kept nothing beyond the end of its process. */
    public void storeLost() {
        topics.values().forEach(TopicLedger::storeLost);
    }

    /** Records were acknowledged. */
    public void acknowledged(PartitionLedger partition, long baseOffset, List<Long> ids) {
        acknowledged += ids.size();
        partition.acknowledged(baseOffset, ids);
    }

    /** Records were read. */
    public void read(
            PartitionLedger partition, long saidHighWatermark, List<PartitionLedger.Read> records) {
        read += records.size();
        partition.read(saidHighWatermark, records);
    }

    /** How many records were acknowledged. */
    public long acknowledged() {
        return acknowledged;
    }

    /** How many records were read. */
    public long read() {
        return read;
    }

    /**
     * A listing of the cluster's topics is held against what was promised.
     *
     * @param mustBeThere what was living when the listing was asked for
     * @param listing how many partitions each listed topic has
     * @param mustBeGone what had been deleted when the listing was asked for
     */
    public void listed(
            List<TopicLedger> mustBeThere,
            Map<UUID, Integer> listing,
            List<TopicLedger> mustBeGone) {
        for (TopicLedger topic : mustBeThere) {
            Integer count = listing.get(topic.id());
            if (!topic.mayBeGone() && count == null) {
                throw new Violation("lost topic", topic + " was acknowledged and is not listed");
            }
        }
        for (TopicLedger topic : mustBeGone) {
            if (listing.containsKey(topic.id())) {
                throw new Violation("revenant topic", topic + " was deleted and is listed");
            }
        }
    }

    /** A listing must give a topic this many partitions at least. */
    public static void requirePartitions(TopicLedger topic, int atLeast, @Nullable Integer listed) {
        if (listed != null && listed < atLeast) {
            throw new Violation(
                    "lost partitions",
                    topic + " was acknowledged " + atLeast + " partitions and has " + listed);
        }
    }
}
