package mortise.broker.cluster.api;

import java.util.List;
import java.util.Map;
import mortise.broker.cluster.MetadataPublisher;
import mortise.broker.request.FeatureSource;
import mortise.metadata.ClusterImage;
import mortise.metadata.MetadataRecords;

/**
 * The features of this broker and its cluster. There is one of our own, the form of the metadata
 * log; those of Kafka are finalised when what they promise is served.
 */
public final class ClusterFeatures implements FeatureSource {
    private final int nodeId;
    private final MetadataPublisher publisher;

    /** The features that the published image says. */
    public ClusterFeatures(int nodeId, MetadataPublisher publisher) {
        this.nodeId = nodeId;
        this.publisher = publisher;
    }

    @Override
    public List<SupportedFeature> supported() {
        return List.of(
                new SupportedFeature(
                        MetadataRecords.FEATURE,
                        MetadataRecords.LEAST_FEATURE_LEVEL,
                        MetadataRecords.FEATURE_LEVEL));
    }

    @Override
    public FinalizedFeatures finalized() {
        ClusterImage image = publisher.image();
        return new FinalizedFeatures(
                image.index(),
                image.features().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(feature -> new FinalizedFeature(feature.getKey(), feature.getValue()))
                        .toList());
    }

    @Override
    public Identity identity() {
        return new Identity(publisher.image().clusterId(), nodeId);
    }
}
