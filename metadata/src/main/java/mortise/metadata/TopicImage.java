package mortise.metadata;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import mortise.api.TopicId;

/**
 * A topic in the cluster's metadata.
 *
 * @param partitions by index, from 0 without gaps
 * @param configs what was set for it, by Kafka's names
 */
public record TopicImage(
        String name, TopicId id, List<PartitionImage> partitions, Map<String, String> configs) {
    public TopicImage {
        partitions = List.copyOf(partitions);
        configs = Collections.unmodifiableMap(new TreeMap<>(configs));
    }

    /** The partition of this index. */
    public Optional<PartitionImage> partition(int index) {
        return index >= 0 && index < partitions.size()
                ? Optional.of(partitions.get(index))
                : Optional.empty();
    }

    /** Whether the broker keeps it for itself. */
    public boolean internal() {
        return TopicNames.isInternal(name);
    }
}
