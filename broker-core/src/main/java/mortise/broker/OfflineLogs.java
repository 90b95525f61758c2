package mortise.broker;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import mortise.api.TopicPartition;
import mortise.broker.config.BrokerSettings;
import mortise.broker.plugin.MeteredStore;
import mortise.broker.plugin.PluginInstance;
import mortise.broker.plugin.PluginSettings;
import mortise.broker.plugin.PluginWorld;
import mortise.broker.plugin.RefusedPluginException;
import mortise.broker.runtime.DataDirectory;
import mortise.broker.runtime.Execution;
import mortise.broker.runtime.RefusedDirectoryException;
import mortise.broker.runtime.ThreadedExecution;
import mortise.broker.telemetry.BrokerMetrics;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import org.jspecify.annotations.Nullable;

/**
 * The logs of a broker that does not run. Its data directory is held meanwhile, and its logs are
 * recovered and closed as a start and a stop do. Confined to one thread.
 */
public final class OfflineLogs implements AutoCloseable {
    private final DataDirectory directory;
    private final BrokerMetrics metrics = new BrokerMetrics();
    private final Execution execution;
    private @Nullable LogStore store;

    /** What one log lacks. */
    public record Loss(TopicPartition partition, List<MissingRecords> missing) {
        public Loss {
            missing = List.copyOf(missing);
        }
    }

    private OfflineLogs(DataDirectory directory, Assembly assembly) {
        this.directory = directory;
        this.execution = new ThreadedExecution(assembly.clock(), assembly.random(), metrics);
    }

    static OfflineLogs open(Assembly assembly) {
        Path kept = assembly.config().get(BrokerSettings.DATA_DIRECTORY);
        int nodeId = assembly.config().get(BrokerSettings.NODE_ID);
        if (!Files.exists(kept.resolve(DataDirectory.IDENTITY))) {
            throw new BrokerStartException(
                    kept
                            + " is no broker's data directory (it has no "
                            + DataDirectory.IDENTITY
                            + "); name one with --data");
        }
        OfflineLogs logs = null;
        try {
            logs = new OfflineLogs(DataDirectory.open(kept, nodeId, assembly.random()), assembly);
            // another store would find nothing missing, for it finds nothing at all
            var _ = new DirectoryKeepers(assembly, kept).accepted();
            logs.start(assembly, nodeId);
            return logs;
        } catch (RefusedDirectoryException | RefusedPluginException | StorageException refused) {
            if (logs != null) {
                logs.close();
            }
            throw new BrokerStartException(String.valueOf(refused.getMessage()), refused);
        }
    }

    private void start(Assembly assembly, int nodeId) {
        LogStore made =
                new MeteredStore(
                        PluginInstance.create(
                                assembly.storage(),
                                assembly.configOf(assembly.storage()),
                                PluginSettings.from(assembly.config()),
                                new PluginWorld(
                                        nodeId, execution, metrics, directory::subdirectory)));
        store = made;
        made.start();
    }

    /**
     * What is missing, by partition.
     *
     * @param accept whether to take it for lost, durably
     */
    public List<Loss> missing(Predicate<TopicPartition> wanted, boolean accept) {
        LogStore started = store;
        if (started == null) {
            throw new IllegalStateException("the logs are closed");
        }
        List<Loss> losses = new ArrayList<>();
        for (LogId id :
                started.stored().stream()
                        .filter(id -> wanted.test(id.partition()))
                        .sorted(Comparator.comparing(LogId::partition))
                        .toList()) {
            try (PartitionLog log = started.open(id, LogSettings.DEFAULTS)) {
                List<MissingRecords> missing = accept ? log.acceptLoss() : log.missing();
                if (!missing.isEmpty()) {
                    losses.add(new Loss(id.partition(), missing));
                }
            }
        }
        return losses;
    }

    @Override
    public void close() {
        LogStore closing = store;
        store = null;
        try {
            if (closing != null) {
                closing.close();
            }
        } finally {
            execution.close();
            directory.close();
        }
    }
}
