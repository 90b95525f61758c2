package mortise.broker.request;

import java.util.List;

/** A cluster with a few features, for tests. */
public final class TestFeatures implements FeatureSource {
    @Override
    public List<SupportedFeature> supported() {
        return List.of(
                new SupportedFeature("metadata.version", (short) 7, (short) 30),
                new SupportedFeature("group.version", (short) 0, (short) 1));
    }

    @Override
    public FinalizedFeatures finalized() {
        return new FinalizedFeatures(
                5, List.of(new FinalizedFeature("metadata.version", (short) 30)));
    }

    @Override
    public Identity identity() {
        return new Identity("test-cluster", 1);
    }
}
