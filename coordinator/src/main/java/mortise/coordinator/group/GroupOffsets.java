package mortise.coordinator.group;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** How far one group has come, by topic and partition. Confined to the coordinator. */
final class GroupOffsets {
    private final Map<String, TreeMap<Integer, CommittedOffset>> topics = new HashMap<>();

    /** A partition of a topic. */
    record Place(String topic, int partition) {}

    boolean isEmpty() {
        return topics.isEmpty();
    }

    void put(String topic, int partition, CommittedOffset committed) {
        topics.computeIfAbsent(topic, name -> new TreeMap<>()).put(partition, committed);
    }

    /** Removes one; whether it was there. */
    boolean remove(String topic, int partition) {
        TreeMap<Integer, CommittedOffset> partitions = topics.get(topic);
        if (partitions == null || partitions.remove(partition) == null) {
            return false;
        }
        if (partitions.isEmpty()) {
            topics.remove(topic);
        }
        return true;
    }

    @Nullable CommittedOffset find(String topic, int partition) {
        TreeMap<Integer, CommittedOffset> partitions = topics.get(topic);
        return partitions == null ? null : partitions.get(partition);
    }

    /** The topics of which something is committed. */
    Collection<String> topics() {
        return topics.keySet();
    }

    /** What is committed of a topic, by partition. */
    Map<Integer, CommittedOffset> of(String topic) {
        TreeMap<Integer, CommittedOffset> partitions = topics.get(topic);
        return partitions == null ? Map.of() : partitions;
    }

    /** Where those are that pass. */
    List<Place> places(BiPredicate<String, CommittedOffset> filter) {
        List<Place> places = new ArrayList<>();
        topics.forEach((topic, partitions) ->
                partitions.forEach((partition, committed) -> {
                    if (filter.test(topic, committed)) {
                        places.add(new Place(topic, partition));
                    }
                }));
        return places;
    }
}
