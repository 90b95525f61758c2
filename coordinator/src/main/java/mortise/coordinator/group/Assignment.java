package mortise.coordinator.group;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Partitions of topics, by the topics' IDs. Immutable; no topic is without a partition. */
public final class Assignment {
    /** No partition. */
    public static final Assignment NONE = new Assignment(Map.of());

    private final Map<UUID, SortedSet<Integer>> topics;

    private Assignment(Map<UUID, SortedSet<Integer>> topics) {
        this.topics = topics;
    }

    /** A set that is being put together. */
    public static final class Builder {
        private final Map<UUID, SortedSet<Integer>> topics = new HashMap<>();

        /** Nothing yet. */
        public Builder() {}

        /** Adds a partition. */
        public Builder add(UUID topic, int partition) {
            topics.computeIfAbsent(topic, id -> new TreeSet<>()).add(partition);
            return this;
        }

        /** Adds all of a set. */
        public Builder addAll(Assignment other) {
            other.topics.forEach((topic, partitions) ->
                    topics.computeIfAbsent(topic, id -> new TreeSet<>()).addAll(partitions));
            return this;
        }

        /** The set; the builder is not to be used again. */
        public Assignment build() {
            return topics.isEmpty() ? NONE : new Assignment(topics);
        }
    }

    /** Hears of partitions. */
    public interface Visitor {
        /** A partition. */
        void partition(UUID topic, int partition);
    }

    /** Whether there is no partition. */
    public boolean isEmpty() {
        return topics.isEmpty();
    }

    /** How many partitions there are. */
    public int size() {
        int size = 0;
        for (SortedSet<Integer> partitions : topics.values()) {
            size += partitions.size();
        }
        return size;
    }

    /** Whether a partition is among them. */
    public boolean contains(UUID topic, int partition) {
        SortedSet<Integer> partitions = topics.get(topic);
        return partitions != null && partitions.contains(partition);
    }

    /** Shows each partition. */
    public void each(Visitor visitor) {
        topics.forEach((topic, partitions) ->
                partitions.forEach(partition -> visitor.partition(topic, partition)));
    }

    /** By topic, in no order; each with its partitions in order. */
    public Map<UUID, SortedSet<Integer>> topics() {
        return Collections.unmodifiableMap(topics);
    }

    /** Those that pass. */
    Assignment filter(BiPredicate<UUID, Integer> wanted) {
        Builder some = new Builder();
        each((topic, partition) -> {
            if (wanted.test(topic, partition)) {
                some.add(topic, partition);
            }
        });
        return some.build();
    }

    Assignment minus(Assignment other) {
        return filter((topic, partition) -> !other.contains(topic, partition));
    }

    Assignment and(Assignment other) {
        return filter(other::contains);
    }

    Assignment plus(Assignment other) {
        return new Builder().addAll(this).addAll(other).build();
    }

    /** Whether a partition is in both. */
    boolean meets(Assignment other) {
        return !and(other).isEmpty();
    }

    /** Whether all of these are in the other. */
    boolean isWithin(Assignment other) {
        return minus(other).isEmpty();
    }

    /** The partitions of one topic, as a list for messages. */
    static List<Integer> list(SortedSet<Integer> partitions) {
        return new ArrayList<>(partitions);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Assignment that && topics.equals(that.topics);
    }

    @Override
    public int hashCode() {
        return topics.hashCode();
    }

    @Override
    public String toString() {
        return topics.toString();
    }
}
