package mortise.coordinator.group;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The topics that there are, as the cluster's metadata says at the moment of a command. */
public interface TopicCatalog {
    /**
     * A topic.
     *
     * @param partitions how many it has
     */
    record Topic(UUID id, String name, int partitions) {}

    /** Differs from what it was before whenever a topic may have changed. */
    long version();

    /** The topic of a name, or null. */
    @Nullable Topic find(String name);

    /** The topic of an ID, or null. */
    @Nullable Topic find(UUID id);
}
