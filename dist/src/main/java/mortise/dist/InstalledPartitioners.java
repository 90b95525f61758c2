package mortise.dist;

import java.util.ServiceLoader;
import mortise.broker.BrokerBuilder;
import mortise.spi.partition.PartitionerProvider;
import mortise.spi.partition.Partitioners;

/** The partitioners of this installation: those built in, and those of its plugin folders. */
final class InstalledPartitioners {
    /** What the Java client does, so that a key meets its earlier records. */
    static final String DEFAULT = "murmur2";

    private InstalledPartitioners() {}

    static Partitioners load() {
        return PluginFolders.builder()
                .map(BrokerBuilder::partitioners)
                .orElseGet(() -> Partitioners.load(ServiceLoader.load(PartitionerProvider.class)));
    }
}
