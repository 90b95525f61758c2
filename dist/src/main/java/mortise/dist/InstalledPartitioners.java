package mortise.dist;

import java.nio.file.Files;
import java.nio.file.Path;
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
        String home = System.getenv("MORTISE_HOME");
        Path folders = Path.of(home == null ? "" : home, "plugins");
        // most installations have no folder, and a small command is quick
        return home != null && Files.isDirectory(folders)
                ? new BrokerBuilder().pluginFolders(folders).partitioners()
                : Partitioners.load(ServiceLoader.load(PartitionerProvider.class));
    }
}
