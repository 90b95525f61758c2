package mortise.metadata;

import java.util.ArrayList;
import java.util.List;

/**
 * What became of an image.
 *
 * @param created topics that are new
 * @param removed topics that are gone
 * @param changed topics that are there before and after, and may differ in partitions or
 *     configuration
 */
public record ImageChange(
        ClusterImage before,
        ClusterImage after,
        List<TopicImage> created,
        List<TopicImage> removed,
        List<ChangedTopic> changed) {
    public ImageChange {
        created = List.copyOf(created);
        removed = List.copyOf(removed);
        changed = List.copyOf(changed);
    }

    /** A topic before and after. */
    public record ChangedTopic(TopicImage before, TopicImage after) {}

    /** The difference between two images; costs what differs, not what there is. */
    public static ImageChange between(ClusterImage before, ClusterImage after) {
        List<TopicImage> created = new ArrayList<>();
        List<TopicImage> removed = new ArrayList<>();
        List<ChangedTopic> changed = new ArrayList<>();
        before.compareTopics(
                after,
                (was, is) -> {
                    if (was == null && is != null) {
                        created.add(is);
                    } else if (was != null && is == null) {
                        removed.add(was);
                    } else if (was != null && is != null) {
                        changed.add(new ChangedTopic(was, is));
                    }
                });
        return new ImageChange(before, after, created, removed, changed);
    }

    /** Whether the configuration of a broker, or of all, changed. */
    public boolean brokerConfigsChanged() {
        return !before.allBrokerConfigs().equals(after.allBrokerConfigs());
    }
}
