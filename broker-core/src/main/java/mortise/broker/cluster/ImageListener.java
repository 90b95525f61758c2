package mortise.broker.cluster;

import mortise.metadata.ImageChange;
import mortise.spi.consensus.Leadership;

/**
 * Hears how the cluster changes, on the quorum's thread, in order. Methods return quickly and do
 * not throw.
 */
public interface ImageListener {
    /** The image changed; it is what {@link MetadataPublisher#image} gives from now on. */
    default void changed(ImageChange change) {}

    /**
     * Leadership of the quorum changed. When it became local, the image holds everything committed
     * before.
     */
    default void leadership(Leadership leadership) {}
}
