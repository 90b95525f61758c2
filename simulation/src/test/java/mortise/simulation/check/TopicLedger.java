package mortise.simulation.check;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** What the clients of a run know of one topic, from its creation to its deletion. */
public final class TopicLedger {
    private static final String DURABLE = "fsync";
    private static final String CACHED = "cache";
    private static final String TRIMMED = "-trimmed-";
    private static final String KEPT = "-kept-";

    private final UUID id;
    private final String name;
    private final Map<Integer, PartitionLedger> partitions = new TreeMap<>();
    private final Map<Integer, Long> deletions;
    private final boolean durable;
    private final boolean trims;
    private int promisedPartitions;
    private boolean deletionRequested;
    private boolean deleted;

    TopicLedger(UUID id, String name, Map<Integer, Long> deletions) {
        this.deletions = deletions;
        this.id = id;
        this.name = name;
        this.durable = name.startsWith(DURABLE);
        this.trims = name.contains(TRIMMED);
    }

    /**
     * A topic's name, which says how it is configured, so that a client that never heard what
     * became of its request for the topic knows it too.
     */
    public static String nameOf(boolean durable, boolean trims, int number) {
        return (durable ? DURABLE : CACHED) + (trims ? TRIMMED : KEPT) + number;
    }

    /** Its ID. */
    public UUID id() {
        return id;
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Whether what it acknowledges outlives the power. */
    public boolean durable() {
        return durable;
    }

    /** Whether retention may remove its records. */
    public boolean trims() {
        return trims;
    }

    /** It was acknowledged to have so many partitions. */
    public void grown(int count) {
        promisedPartitions = Math.max(promisedPartitions, count);
    }

    /** How many partitions it must have. */
    public int promisedPartitions() {
        return promisedPartitions;
    }

    /** Somebody asks for its deletion: from now on it may be gone. */
    public void deletionRequested() {
        deletionRequested = true;
    }

    /** Whether it may be gone. */
    public boolean mayBeGone() {
        return deletionRequested;
    }

    /** Its deletion was acknowledged: it never comes back. */
    public void deleted() {
        deleted = true;
    }

    /** Whether it must be gone. */
    public boolean mustBeGone() {
        return deleted;
    }

    /** One of its partitions. */
    public PartitionLedger partition(int index) {
        return partitions.computeIfAbsent(index, number -> new PartitionLedger(this, number));
    }

    /** The partitions that anybody dealt with. */
    public Collection<PartitionLedger> partitions() {
        return partitions.values();
    }

    /** Up to which offset somebody asked for records to be deleted, by partition. */
    Map<Integer, Long> deletions() {
        return deletions;
    }

    void storeLost() {
        partitions.values().forEach(PartitionLedger::storeLost);
    }

    void powerLost() {
        partitions.values().forEach(PartitionLedger::powerLost);
    }

    @Override
    public String toString() {
        return name + " (" + id + ")";
    }
}
