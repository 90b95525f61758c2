package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.spi.PluginContext;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import org.jspecify.annotations.Nullable;

/** The logs of one broker in its log directories. Thread-safe for different partitions. */
final class LocalLogStore implements LogStore {
    private static final int SCRATCH_BYTES = 128 << 10;
    private static final int SCRATCH_KEPT = 16;

    private final StoreParts parts;
    private final RandomGenerator random;
    private volatile boolean started;
    private final List<LocalLogDirectory> directories;
    private final Semaphore recovering;
    private final Map<TopicPartition, Stored> stored = new ConcurrentHashMap<>();
    private final Map<TopicPartition, LocalPartitionLog> open = new ConcurrentHashMap<>();

    /** A log on disk. */
    private record Stored(LogId id, LocalLogDirectory directory, Path path) {}

    LocalLogStore(LocalStorageConfig config, PluginContext context) {
        OpenFiles openFiles =
                new OpenFiles(Math.min(config.openFiles(), context.openFiles()), context.logger());
        ScratchBuffers scratch = new ScratchBuffers(SCRATCH_BYTES, SCRATCH_KEPT);
        Housekeeping housekeeping = new Housekeeping(context);
        this.parts =
                new StoreParts(
                        config,
                        openFiles,
                        scratch,
                        new RecentBudget(config.recentTotalBatches()),
                        new ReadAhead(scratch),
                        housekeeping,
                        new DoomedFiles(housekeeping, context.logger()),
                        context.clock(),
                        context.logger());
        this.random = context.random();
        this.recovering = new Semaphore(config.recoveryParallelism());
        List<String> names =
                config.directories().isEmpty() ? List.of("logs") : config.directories();
        this.directories =
                names.stream()
                        .map(name -> context.dataDirectory().resolve(name).normalize())
                        .map(path -> new LocalLogDirectory(path, context.nodeId(), random, parts))
                        .toList();
        context.metrics()
                .gauge(
                        "open_files",
                        "Segment and index files that are open now.",
                        openFiles::count);
    }

    @Override
    public void start() {
        List<LocalLogDirectory> taken = new ArrayList<>();
        try {
            for (LocalLogDirectory directory : directories) {
                directory.take();
                taken.add(directory);
            }
            for (LocalLogDirectory directory : directories) {
                find(directory);
            }
            started = true;
        } catch (StorageException refused) {
            taken.forEach(LocalLogDirectory::abandon);
            throw refused;
        }
    }

    private void find(LocalLogDirectory directory) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory.path())) {
            for (Path entry : entries) {
                look(directory, entry, DiskFiles.name(entry));
            }
            directory.load(presentIn(directory));
        } catch (IOException failed) {
            throw directory.fail("reading log directory " + directory, failed);
        }
    }

    private void look(LocalLogDirectory directory, Path entry, String name) throws IOException {
        if (name.endsWith(LogFiles.DELETED_DIRECTORY)) {
            parts.doomed().directory(entry, Duration.ZERO);
            return;
        }
        Optional<TopicPartition> partition = LogFiles.partition(name);
        if (partition.isEmpty()) {
            if (Files.isDirectory(entry)) {
                leftAlone(entry, "its name is not TOPIC-PARTITION");
            }
            return;
        }
        Optional<TopicId> topic;
        try {
            topic = PartitionMetadata.read(entry);
        } catch (NotDirectoryException file) {
            return;
        }
        if (topic.isEmpty()) {
            leftAlone(entry, "it has no readable " + PartitionMetadata.FILE);
            return;
        }
        LogId id = new LogId(topic.get(), partition.get());
        Stored other = stored.putIfAbsent(partition.get(), new Stored(id, directory, entry));
        if (other != null) {
            throw new StorageException(
                    Reach.DIRECTORY,
                    partition.get()
                            + " is in two log directories, "
                            + other.path()
                            + " and "
                            + entry
                            + "; move one of them away");
        }
    }

    private void leftAlone(Path entry, String why) {
        parts.logger().log(Level.WARNING, "{0} is left alone: {1}", entry, why);
    }

    private Set<TopicPartition> presentIn(LocalLogDirectory directory) {
        return stored.values().stream()
                .filter(log -> log.directory() == directory)
                .map(log -> log.id().partition())
                .collect(Collectors.toSet());
    }

    @Override
    public List<LogId> stored() {
        return stored.values().stream().map(Stored::id).toList();
    }

    @Override
    public PartitionLog open(LogId id, LogSettings settings) {
        if (open.containsKey(id.partition())) {
            throw new IllegalStateException(id + " is open already");
        }
        Stored found = stored.get(id.partition());
        if (found != null && !found.id().equals(id)) {
            throw new StorageException(
                    Reach.CALL,
                    "opening "
                            + id
                            + ": "
                            + found.path()
                            + " holds topic ID "
                            + found.id().topicId()
                            + "; delete that log first");
        }
        boolean created = found == null;
        Stored log = found != null ? found : create(id);
        log.directory().check();
        LocalLogDirectory directory = log.directory();
        boolean clean = directory.takeClean(id.partition());
        try {
            return load(log, settings, created, clean);
        } catch (IOException failed) {
            StorageException problem =
                    directory.unreadable("opening " + log.path(), log.path(), failed);
            if (clean && problem.reach() == Reach.CALL) {
                directory.keepClean(id.partition());
            }
            throw problem;
        }
    }

    private LocalPartitionLog load(Stored log, LogSettings settings, boolean created, boolean clean)
            throws IOException {
        LogId id = log.id();
        LocalLogDirectory directory = log.directory();
        LogLoader loader = new LogLoader(parts, log.path(), settings.indexIntervalBytes());
        recovering.acquireUninterruptibly();
        LogLoader.Loaded loaded;
        try {
            loaded =
                    loader.load(
                            directory.startOffsets().of(id.partition()),
                            clean,
                            directory.recoveryPoints().of(id.partition()));
        } finally {
            recovering.release();
        }
        if (!clean) {
            // a process that was killed may have made the log and synced nothing
            directory.namesChanged();
        }
        LocalPartitionLog opened =
                new LocalPartitionLog(
                        id,
                        log.path(),
                        directory,
                        parts,
                        settings,
                        loaded,
                        created || !clean,
                        () -> directory.checkpointLater(() -> openIn(directory)),
                        () -> open.remove(id.partition()));
        if (!loaded.durable()) {
            // what the crash left is in the page cache at least; now it is on disk
            opened.syncAfterRecovery();
        }
        open.put(id.partition(), opened);
        return opened;
    }

    private Collection<LocalPartitionLog> openIn(LocalLogDirectory directory) {
        return open.values().stream().filter(log -> log.directory() == directory).toList();
    }

    private Stored create(LogId id) {
        LocalLogDirectory directory = emptiest();
        Path path = directory.path().resolve(id.partition().toString());
        try {
            // a crash may have left offsets of a log that had this name
            directory.forget(id.partition());
            if (Files.isDirectory(path) && !isUnfinished(path)) {
                setAside(directory, path, id.partition());
            }
            Files.createDirectories(path);
            PartitionMetadata.write(path, id.topicId());
            directory.namesChanged();
        } catch (IOException failed) {
            throw directory.trouble("creating " + path, path, failed);
        }
        Stored log = new Stored(id, directory, path);
        stored.put(id.partition(), log);
        return log;
    }

    private LocalLogDirectory emptiest() {
        LocalLogDirectory best =
                directories.stream()
                        .filter(directory -> directory.failure().isEmpty())
                        .min(
                                Comparator.comparingLong(directory ->
                                        stored.values().stream()
                                                .filter(log -> log.directory() == directory)
                                                .count()))
                        .orElse(null);
        if (best == null) {
            directories.getFirst().check();
            throw new IllegalStateException("a store has at least one log directory");
        }
        return best;
    }

    /** Whether a directory without an identity is what a crash left of making it. */
    private static boolean isUnfinished(Path path) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                if (!DiskFiles.name(file).startsWith(PartitionMetadata.FILE)) {
                    return false;
                }
            }
        }
        return true;
    }

    private void setAside(LocalLogDirectory directory, Path path, TopicPartition partition)
            throws IOException {
        Path aside =
                directory
                        .path()
                        .resolve(LogFiles.asideName(partition, unique(), LogFiles.STRAY_DIRECTORY));
        Files.move(path, aside);
        parts.logger()
                .log(
                        Level.WARNING,
                        "{0} has no readable {1} and {2} is to be created: it is now {3}; remove"
                                + " it when you are sure that nobody needs it",
                        path,
                        PartitionMetadata.FILE,
                        partition,
                        aside);
    }

    private UUID unique() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    @Override
    public void delete(LogId id) {
        Stored log = stored.get(id.partition());
        if (log == null || !log.id().equals(id)) {
            return;
        }
        LocalPartitionLog opened = open.remove(id.partition());
        Duration delay = LogSettings.DEFAULTS.fileDeleteDelay();
        if (opened != null) {
            delay = opened.settings().fileDeleteDelay();
            opened.deleted();
        }
        LocalLogDirectory directory = log.directory();
        Path aside =
                directory
                        .path()
                        .resolve(
                                LogFiles.asideName(
                                        id.partition(), unique(), LogFiles.DELETED_DIRECTORY));
        try {
            Files.move(log.path(), aside);
        } catch (NoSuchFileException gone) {
            parts.logger().log(Level.WARNING, "{0} was removed from outside", log.path());
        } catch (IOException failed) {
            throw directory.trouble("deleting " + log.path(), log.path(), failed);
        }
        stored.remove(id.partition());
        try {
            DiskFiles.syncDirectory(directory.path());
        } catch (IOException failed) {
            StorageException problem = directory.refuseOrFail("deleting " + log.path(), failed);
            if (problem.reach() != Reach.CALL) {
                throw problem;
            }
            directory.namesChanged(); // the next sync of any log makes it durable
        }
        parts.doomed().directory(aside, delay);
        directory.forgetIfThereIsRoom(id.partition());
    }

    /** How many files are open. */
    int openFiles() {
        return parts.openFiles().count();
    }

    @Override
    public List<LogDirectory> directories() {
        return List.copyOf(directories);
    }

    @Override
    public void abandon() {
        List.copyOf(open.values()).forEach(LocalPartitionLog::abandon);
        parts.housekeeping().close();
        directories.forEach(LocalLogDirectory::abandon);
    }

    @Override
    public void close() {
        if (!started) {
            abandon(); // nobody looked at the logs, so nobody may say that they are whole
            return;
        }
        List<RuntimeException> failures = new ArrayList<>();
        for (LocalPartitionLog log : List.copyOf(open.values())) {
            try {
                log.close();
            } catch (StorageException failed) {
                failures.add(failed);
            }
        }
        parts.housekeeping().close();
        for (LocalLogDirectory directory : directories) {
            directory.release(presentIn(directory));
        }
        @Nullable RuntimeException first = failures.isEmpty() ? null : failures.getFirst();
        if (first != null) {
            throw first;
        }
    }
}
