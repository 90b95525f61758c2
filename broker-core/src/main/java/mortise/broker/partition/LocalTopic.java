package mortise.broker.partition;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import mortise.api.ErrorCode;
import mortise.api.TopicId;
import mortise.metadata.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * The partitions of one topic that this broker holds. Look-ups are one volatile read; changes are
 * copies made under the lock.
 */
public final class LocalTopic {
    /**
     * A slot: the partition, or why its log could not be opened, or neither.
     *
     * @param offline null unless the log could not be opened
     */
    private record Slot(@Nullable Partition partition, @Nullable String offline) {}

    private static final Slot EMPTY = new Slot(null, null);

    private final TopicId id;
    private final String name;
    private final boolean internal;
    private volatile Slot[] slots = {};

    LocalTopic(TopicId id, String name) {
        this.id = id;
        this.name = name;
        this.internal = TopicNames.isInternal(name);
    }

    /** The topic's ID. */
    public TopicId id() {
        return id;
    }

    /** Whether brokers keep state of their own in it, so that clients do not write to it. */
    public boolean isInternal() {
        return internal;
    }

    /** The topic's name. */
    public String name() {
        return name;
    }

    /** The partition of this index, or null: {@link #absence} then says why. */
    public @Nullable Partition partition(int index) {
        Slot[] seen = slots;
        return index < 0 || index >= seen.length ? null : seen[index].partition();
    }

    /** The error for an index without a partition. */
    public ErrorCode absence(int index) {
        Slot[] seen = slots;
        return index >= 0 && index < seen.length && seen[index].offline() != null
                ? ErrorCode.KAFKA_STORAGE_ERROR
                : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    }

    /** Whether the partition of this index should be served and cannot. */
    boolean isOffline(int index) {
        Slot[] seen = slots;
        if (index < 0 || index >= seen.length) {
            return false;
        }
        Partition partition = seen[index].partition();
        return seen[index].offline() != null
                || (partition != null && partition.outOfService() != null);
    }

    /** All partitions that are there. */
    public List<Partition> partitions() {
        List<Partition> there = new ArrayList<>();
        for (Slot slot : slots) {
            if (slot.partition() != null) {
                there.add(slot.partition());
            }
        }
        return there;
    }

    void put(int index, Partition partition) {
        set(index, new Slot(partition, null));
    }

    void offline(int index, String why) {
        set(index, new Slot(null, why));
    }

    /** Empties a slot. */
    synchronized void remove(int index) {
        if (index < slots.length) {
            set(index, EMPTY);
        }
    }

    /** Whether no slot has anything. */
    boolean isEmpty() {
        return Arrays.stream(slots).allMatch(EMPTY::equals);
    }

    private synchronized void set(int index, Slot slot) {
        Slot[] before = slots;
        Slot[] after = Arrays.copyOf(before, Math.max(before.length, index + 1));
        Arrays.fill(after, before.length, after.length, EMPTY);
        after[index] = slot;
        slots = after;
    }
}
