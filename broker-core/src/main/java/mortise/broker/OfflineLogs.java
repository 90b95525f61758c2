package mortise.broker;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import mortise.api.TopicPartition;
import mortise.api.config.Config;
import mortise.broker.config.BrokerSettings;
import mortise.broker.log.LogWalk;
import mortise.broker.partition.LogExamination;
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
import mortise.record.Codecs;
import mortise.record.RecordBatch;
import mortise.spi.storage.LogBounds;
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
    private final Config config;
    private final BrokerMetrics metrics = new BrokerMetrics();
    private final Execution execution;
    private @Nullable LogStore store;

    /** What one log lacks. */
    public record Loss(TopicPartition partition, List<MissingRecords> missing) {
        public Loss {
            missing = List.copyOf(missing);
        }
    }

    /**
     * What one log holds, and what of it is not as it should be.
     *
     * @param bounds nothing if the log could not be opened
     * @param bytes of the batches that could be read
     * @param problems one sentence each, in the order of offsets
     * @param furtherProblems how many more there were
     */
    public record Examined(
            TopicPartition partition,
            Optional<LogBounds> bounds,
            long batches,
            long records,
            long bytes,
            List<String> problems,
            long furtherProblems) {
        public Examined {
            problems = List.copyOf(problems);
        }

        private static Examined of(LogId id, LogExamination.Findings found) {
            return new Examined(
                    id.partition(),
                    Optional.of(new LogBounds(found.startOffset(), found.endOffset())),
                    found.batches(),
                    found.records(),
                    found.bytes(),
                    found.problems(),
                    found.furtherProblems());
        }

        private static Examined refused(LogId id, String why) {
            return new Examined(id.partition(), Optional.empty(), 0, 0, 0, List.of(why), 0);
        }
    }

    private OfflineLogs(DataDirectory directory, Assembly assembly) {
        this.directory = directory;
        this.config = assembly.config();
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
        return hold(kept, nodeId, assembly);
    }

    /**
     * Opens logs where there need not be any yet: a directory that is empty or missing becomes one
     * of this broker's, as at its first start.
     */
    static OfflineLogs openOrFormat(Assembly assembly) {
        return hold(
                assembly.config().get(BrokerSettings.DATA_DIRECTORY),
                assembly.config().get(BrokerSettings.NODE_ID),
                assembly);
    }

    private static OfflineLogs hold(Path kept, int nodeId, Assembly assembly) {
        OfflineLogs logs = null;
        try {
            DataDirectory held = DataDirectory.open(kept, nodeId, assembly.random());
            logs = new OfflineLogs(held, assembly);
            // another store would find nothing missing, for it finds nothing at all
            DirectoryKeepers keepers = new DirectoryKeepers(assembly, kept);
            if (held.formatted()) {
                held.remember(keepers.formatted());
            } else {
                var _ = keepers.accepted();
            }
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
        List<Loss> losses = new ArrayList<>();
        for (LogId id : stored(wanted)) {
            try (PartitionLog log = store().open(id, LogSettings.DEFAULTS)) {
                List<MissingRecords> missing = accept ? log.acceptLoss() : log.missing();
                if (!missing.isEmpty()) {
                    losses.add(new Loss(id.partition(), missing));
                }
            }
        }
        return losses;
    }

    /**
     * What of one log cannot be read.
     *
     * @param lost what is missing or damaged, in the order of offsets
     * @param remaining of that, what its store cannot cut out
     */
    public record Repaired(
            TopicPartition partition, List<MissingRecords> lost, List<MissingRecords> remaining) {
        public Repaired {
            lost = List.copyOf(lost);
            remaining = List.copyOf(remaining);
        }
    }

    /**
     * Reads whole logs and says what of them cannot be read.
     *
     * @param repair whether to take that for lost, durably: damaged batches are cut out, and what
     *     is missing becomes a gap
     * @param each hears of every log of which something cannot be read
     */
    public void repair(Predicate<TopicPartition> wanted, boolean repair, Consumer<Repaired> each) {
        for (LogId id : stored(wanted)) {
            try (PartitionLog log = store().open(id, LogSettings.DEFAULTS)) {
                List<MissingRecords> lost = unreadable(log);
                if (!lost.isEmpty()) {
                    each.accept(
                            new Repaired(
                                    id.partition(), lost, repair ? repaired(log, lost) : lost));
                }
            }
        }
    }

    private static List<MissingRecords> unreadable(PartitionLog log) {
        List<MissingRecords> ranges = new ArrayList<>();
        LogWalk.over(
                log,
                0,
                new LogWalk.Visitor() {
                    @Override
                    public boolean batch(RecordBatch batch) {
                        return true;
                    }

                    @Override
                    public void unreadable(long from, long to, String why) {
                        ranges.add(new MissingRecords(from, to, why));
                    }
                });
        return ranges;
    }

    private static List<MissingRecords> repaired(PartitionLog log, List<MissingRecords> lost) {
        List<MissingRecords> missing = log.acceptLoss();
        List<MissingRecords> damaged =
                lost.stream()
                        .filter(range -> missing.stream().noneMatch(one -> meet(one, range)))
                        .toList();
        return damaged.isEmpty() || log.giveUp(damaged) ? List.of() : damaged;
    }

    private static boolean meet(MissingRecords one, MissingRecords other) {
        return one.from() < other.to() && other.from() < one.to();
    }

    /**
     * Reads whole logs and says what in them is not as it should be.
     *
     * @param codecs to open batches with
     * @param each hears of every log, one after the other
     */
    public void examine(Predicate<TopicPartition> wanted, Codecs codecs, Consumer<Examined> each) {
        LogExamination.Means means = LogExamination.Means.of(config, codecs);
        for (LogId id : stored(wanted)) {
            Examined examined;
            try (PartitionLog log = store().open(id, LogSettings.DEFAULTS)) {
                examined = Examined.of(id, LogExamination.of(id.toString(), log, means));
            } catch (StorageException refused) {
                examined = Examined.refused(id, String.valueOf(refused.getMessage()));
            }
            each.accept(examined);
        }
    }

    /** Hears what a log holds. */
    public interface Reader {
        /**
         * A batch, as it was found; its checksum has not been looked at.
         *
         * @param batch valid during the call
         * @return whether to go on
         */
        boolean batch(RecordBatch batch);

        /**
         * Offsets of which nothing can be read, because they are missing or damaged.
         *
         * @param to the offset after the last
         */
        void unreadable(long from, long to, String why);
    }

    /**
     * Shows the batches of one log, in the order of their offsets.
     *
     * @return whether there is such a log
     */
    public boolean read(TopicPartition wanted, long from, Reader reader) {
        List<LogId> found = stored(wanted::equals);
        for (LogId id : found) {
            try (PartitionLog log = store().open(id, LogSettings.DEFAULTS)) {
                LogWalk.over(
                        log,
                        from,
                        new LogWalk.Visitor() {
                            @Override
                            public boolean batch(RecordBatch batch) {
                                return reader.batch(batch);
                            }

                            @Override
                            public void unreadable(long first, long to, String why) {
                                reader.unreadable(first, to, why);
                            }
                        });
            }
        }
        return !found.isEmpty();
    }

    private List<LogId> stored(Predicate<TopicPartition> wanted) {
        return store().stored().stream()
                .filter(id -> wanted.test(id.partition()))
                .sorted(Comparator.comparing(LogId::partition))
                .toList();
    }

    /** The store, which has been started. */
    LogStore store() {
        LogStore started = store;
        if (started == null) {
            throw new IllegalStateException("the logs are closed");
        }
        return started;
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
