package mortise.broker.request;

import java.util.List;

/**
 * What ApiVersions says about the cluster: features, and who the broker is. Read for every
 * ApiVersions request, on event loops.
 */
public interface FeatureSource {
    /** The features that this broker can serve. */
    List<SupportedFeature> supported();

    /** The features that the cluster has agreed on, as of one moment. */
    FinalizedFeatures finalized();

    /** Which broker of which cluster this is. */
    Identity identity();

    /** The levels of a feature that are served. */
    record SupportedFeature(String name, short minVersion, short maxVersion) {}

    /** The level that a feature has in this cluster. */
    record FinalizedFeature(String name, short level) {}

    /**
     * The agreed features.
     *
     * @param epoch grows with every change; -1 if unknown
     */
    record FinalizedFeatures(long epoch, List<FinalizedFeature> features) {
        public FinalizedFeatures {
            features = List.copyOf(features);
        }
    }

    /** The cluster's ID and the broker's number in it. */
    record Identity(String clusterId, int nodeId) {}
}
