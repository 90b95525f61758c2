package mortise.broker.cluster;

import mortise.metadata.ImageChange;
import mortise.spi.consensus.Leadership;

/** Hears how the cluster changes. Methods return quickly and do not throw. */
public interface ImageListener {
    /**
     * The image changed; it is what {@link MetadataPublisher#image} gives from now on. Heard in
     * order, on the publisher's executor.
     */
    default void changed(ImageChange change) {}

    /**
     * Leadership of the quorum changed. Heard in order, where the quorum does its work, so it may
     * be ahead of the image.
     *
     * @param asOf the entry that the quorum had told of last: an image that is older than it lacks
     *     what was committed before this leadership
     */
    default void leadership(Leadership leadership, long asOf) {}
}
