package mortise.broker.group;

import java.util.UUID;
import mortise.api.TopicId;
import mortise.broker.cluster.MetadataPublisher;
import mortise.coordinator.group.TopicCatalog;
import mortise.metadata.TopicImage;
import org.jspecify.annotations.Nullable;

/** The topics of the cluster's image as it is at each question. */
record ImageTopics(MetadataPublisher publisher) implements TopicCatalog {
    @Override
    public long version() {
        return publisher.image().index();
    }

    @Override
    public @Nullable Topic find(String name) {
        return topic(publisher.image().topic(name));
    }

    @Override
    public @Nullable Topic find(UUID id) {
        return topic(publisher.image().topic(new TopicId(id)));
    }

    private static @Nullable Topic topic(@Nullable TopicImage image) {
        return image == null
                ? null
                : new Topic(image.id().value(), image.name(), image.partitions().size());
    }
}
