package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.api.config.Config;
import mortise.spi.PluginContext;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogMoves;
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
    private final UnsureLogs unsure;
    private final LocalMoves moves;

    /** Logs that the files of their log directory know, and whose own directories are not there. */
    private final Map<TopicPartition, Stored> gone = new ConcurrentHashMap<>();

    /** A log on disk. */
    record Stored(LogId id, LocalLogDirectory directory, Path path) {}

    LocalLogStore(Config config, PluginContext context) {
        OpenFiles openFiles =
                new OpenFiles(
                        Math.min(config.get(LocalSettings.OPEN_FILES), context.openFiles()),
                        context.logger());
        ScratchBuffers scratch = new ScratchBuffers(SCRATCH_BYTES, SCRATCH_KEPT);
        Housekeeping housekeeping = new Housekeeping(context);
        this.parts =
                new StoreParts(
                        config,
                        openFiles,
                        new ReadAhead(
                                scratch,
                                new ColdReads(
                                        config.get(LocalSettings.COLD_READ_MEMORY).bytes(),
                                        context.clock())),
                        new SpaceAllocator(
                                config.get(LocalSettings.ALLOCATE_AHEAD).bytes(),
                                context.serial("space")),
                        new RecentBudget(config.get(LocalSettings.RECENT_TOTAL_BATCHES)),
                        new DoomedFiles(housekeeping, context.logger()),
                        context.clock());
        this.random = context.random();
        this.unsure = new UnsureLogs(context.logger());
        this.moves = new LocalMoves(this, parts);
        this.recovering = new Semaphore(config.get(LocalSettings.RECOVERY_PARALLELISM));
        List<String> configured = config.get(LocalSettings.DIRECTORIES);
        List<String> names = configured.isEmpty() ? List.of("logs") : configured;
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
        context.metrics()
                .gauge(
                        "missing_offsets",
                        "Offsets that logs should hold and do not, because files are missing or"
                                + " damaged.",
                        () ->
                                open.values().stream()
                                        .mapToLong(LocalPartitionLog::missingOffsets)
                                        .sum());
    }

    @Override
    public void start() {
        try {
            directories.forEach(LocalLogDirectory::take);
            refuseCopies();
            directories.stream().filter(LocalLogStore::usable).forEach(this::find);
            unsure.forgetUnfinished(stored.keySet());
            moves.settle(directories.stream().allMatch(LocalLogStore::usable));
            stored.keySet().forEach(this::forgetGone);
            if (directories.stream().noneMatch(LocalLogStore::usable)) {
                throw new StorageException(
                        Reach.DIRECTORY, "no log directory can be used: " + offline());
            }
            directories.forEach(LocalLogDirectory::tellFailure);
            started = true;
        } catch (RuntimeException | Error refused) {
            directories.forEach(LocalLogDirectory::abandon);
            throw refused;
        }
    }

    private static boolean usable(LocalLogDirectory directory) {
        return directory.failure().isEmpty();
    }

    /** Why directories are offline, for people. */
    private String offline() {
        return directories.stream()
                .flatMap(directory ->
                        directory.failure().map(why -> directory.path() + ": " + why).stream())
                .collect(Collectors.joining("; "));
    }

    /** One of two directories with the same ID is a copy, and nobody can tell which. */
    private void refuseCopies() {
        Map<UUID, List<LocalLogDirectory>> byId =
                directories.stream()
                        .filter(LocalLogStore::usable)
                        .collect(Collectors.groupingBy(LocalLogDirectory::id));
        byId.values().stream()
                .filter(same -> same.size() > 1)
                .forEach(same ->
                        same.forEach(directory ->
                                directory.offline(
                                        DirectoryIdentity.FILE
                                                + " has the same directory_id in "
                                                + same.stream()
                                                        .map(LocalLogDirectory::location)
                                                        .collect(Collectors.joining(" and "))
                                                + ", so one is a copy; remove the copy from"
                                                + " storage.local.directories")));
    }

    private void find(LocalLogDirectory directory) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory.path())) {
            for (Path entry : entries) {
                look(directory, entry, DiskFiles.name(entry));
            }
            Set<TopicPartition> present = unsure.in(directory);
            present.addAll(topicsIn(directory).keySet());
            present.addAll(moves.partitionsIn(directory));
            for (LogId log : directory.load(present)) {
                Path path = directory.path().resolve(log.partition().toString());
                gone.put(log.partition(), new Stored(log, directory, path));
            }
        } catch (IOException | DirectoryIteratorException failed) {
            stored.values().removeIf(log -> log.directory() == directory);
            moves.forgetIn(directory);
            directory.offline("reading it: " + failed.getMessage());
        }
    }

    private void look(LocalLogDirectory directory, Path entry, String name) {
        if (name.endsWith(LogFiles.DELETED_DIRECTORY)) {
            parts.doomed().directory(entry, Duration.ZERO);
            return;
        }
        if (name.endsWith(LogFiles.FUTURE_DIRECTORY) && Files.isDirectory(entry)) {
            moves.found(directory, entry);
            return;
        }
        Optional<TopicPartition> partition = LogFiles.partition(name);
        if (partition.isEmpty()) {
            if (Files.isDirectory(entry)) {
                leftAlone(entry, "its name is not TOPIC-PARTITION");
            }
            return;
        }
        Optional<TopicId> topic = Optional.empty();
        String why = "it has no readable " + PartitionMetadata.FILE;
        try {
            topic = PartitionMetadata.read(entry);
        } catch (NotDirectoryException file) {
            return;
        } catch (IOException unreadable) {
            why = PartitionMetadata.FILE + " cannot be read: " + unreadable.getMessage();
        }
        if (!Files.isDirectory(entry)) {
            return;
        }
        if (topic.isEmpty()) {
            leftAlone(entry, why + "; it is opened if the cluster knows what it must be");
            unsure.add(partition.get(), new UnsureLogs.Candidate(directory, entry, null));
            return;
        }
        LogId id = new LogId(topic.get(), partition.get());
        Stored other = stored.putIfAbsent(partition.get(), new Stored(id, directory, entry));
        if (other != null) {
            twice(other);
            twice(new Stored(id, directory, entry));
        }
    }

    /** Another directory holds the same partition: nobody can tell which of the two is right. */
    private void twice(Stored log) {
        parts.logger()
                .log(
                        Level.ERROR,
                        "{0} is in more than one log directory, {1} is one of them; it is offline"
                                + " until all but one are moved away and the broker is restarted",
                        log.id().partition(),
                        log.path());
        unsure.add(
                log.id().partition(),
                new UnsureLogs.Candidate(log.directory(), log.path(), log.id().topicId()));
    }

    /** What was missed in one directory was found in another. */
    private void forgetGone(TopicPartition partition) {
        gone.remove(partition);
    }

    private void leftAlone(Path entry, String why) {
        parts.logger().log(Level.WARNING, "{0} is left alone: {1}", entry, why);
    }

    /** The logs of a directory with their topics. */
    private Map<TopicPartition, TopicId> topicsIn(LocalLogDirectory directory) {
        return stored.values().stream()
                .filter(log -> log.directory() == directory)
                .collect(Collectors.toMap(log -> log.id().partition(), log -> log.id().topicId()));
    }

    @Override
    public List<LogId> stored() {
        return Stream.concat(stored.values().stream().map(Stored::id), unsure.probable())
                .distinct()
                .toList();
    }

    @Override
    public PartitionLog open(LogId id, LogSettings settings) {
        return open(id, settings, false);
    }

    @Override
    public PartitionLog create(LogId id, LogSettings settings) {
        return open(id, settings, true);
    }

    private PartitionLog open(LogId id, LogSettings settings, boolean isNew) {
        if (open.containsKey(id.partition())) {
            throw new IllegalStateException(id + " is open already");
        }
        if (isNew) {
            makeRoomFor(id);
        }
        Stored found = find(id);
        if (found == null && !isNew) {
            checkThatNoneIsOutOfSight(id);
        }
        boolean created = found == null;
        Stored log = found != null ? found : create(id);
        log.directory().check();
        LocalLogDirectory directory = log.directory();
        Ending ending = directory.takeEnding(id.partition(), log.path());
        try {
            return load(log, settings, created, ending);
        } catch (IOException failed) {
            StorageException problem =
                    directory.unreadable("opening " + log.path(), log.path(), failed);
            if (ending == Ending.CLOSED && problem.reach() == Reach.CALL) {
                directory.keepClean(id.partition());
            }
            throw problem;
        }
    }

    /** A log that is new inherits nothing from a directory of its name that has no identity. */
    private void makeRoomFor(LogId id) {
        List<UnsureLogs.Candidate> all = unsure.of(id.partition());
        if (all.size() == 1
                && all.getFirst().topic() == null
                && !all.getFirst().says(id.topicId())) {
            setAside(all.getFirst(), id.partition());
            unsure.forget(id.partition());
        }
    }

    /** The directory of a log, or null if nothing says that there was one. */
    private @Nullable Stored find(LogId id) {
        Stored found = stored.get(id.partition());
        boolean twice = unsure.of(id.partition()).size() > 1;
        if (found != null && found.id().equals(id) && !twice) {
            return found;
        }
        try {
            if (found != null && !twice) {
                UnsureLogs.Candidate candidate =
                        new UnsureLogs.Candidate(
                                found.directory(), found.path(), found.id().topicId());
                if (!candidate.says(id.topicId())) {
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
                unsure.identify(candidate, id);
                return identified(candidate, id);
            }
            UnsureLogs.Candidate claimed = unsure.claim(id);
            return claimed == null ? null : identified(claimed, id);
        } catch (IOException failed) {
            throw new StorageException(
                    Reach.LOG, "finding " + id + ": " + failed.getMessage(), failed);
        }
    }

    private Stored identified(UnsureLogs.Candidate candidate, LogId id) {
        Stored log = new Stored(id, candidate.directory(), candidate.path());
        stored.put(id.partition(), log);
        return log;
    }

    /** A log that was there before must not begin anew because its directory cannot be seen. */
    private void checkThatNoneIsOutOfSight(LogId id) {
        if (!directories.stream().allMatch(LocalLogStore::usable)) {
            throw new StorageException(
                    Reach.DIRECTORY,
                    id + " may lie in a log directory that is offline: " + offline());
        }
        Stored lost = gone.get(id.partition());
        if (lost != null && lost.id().equals(id)) {
            parts.logger()
                    .log(
                            Level.ERROR,
                            "{0} is missing with all that was in it; it is made anew, empty",
                            lost.path());
        }
    }

    private LocalPartitionLog load(Stored log, LogSettings settings, boolean created, Ending ending)
            throws IOException {
        TopicPartition partition = log.id().partition();
        LocalPartitionLog opened =
                new LocalPartitionLog(
                        body(log, settings, created, ending, 0), () -> open.remove(partition));
        open.put(partition, opened);
        return opened;
    }

    /**
     * Looks at a log's files, and recovers it if it was not closed cleanly.
     *
     * @param ending how the process ended that had it open last
     * @param firstOrdinal what its first segment is numbered
     */
    LogBody body(Stored log, LogSettings settings, boolean created, Ending ending, int firstOrdinal)
            throws IOException {
        LogId id = log.id();
        LocalLogDirectory directory = log.directory();
        recovering.acquireUninterruptibly();
        LogLoader.Loaded loaded;
        try {
            LogLoader loader =
                    new LogLoader(
                            parts,
                            log.path(),
                            id.topicId(),
                            settings.indexIntervalBytes(),
                            firstOrdinal);
            loaded =
                    loader.load(
                            directory.startOffsets().find(id.partition()),
                            ending,
                            directory.recoveryPoints().of(id.partition()));
        } finally {
            recovering.release();
        }
        // a gap that was noted before the first batch behind it was written
        directory.recoveryPoints().lowerDurably(id.partition(), loaded.endOffset());
        boolean clean = ending == Ending.CLOSED;
        if (!clean) {
            // a process that was killed may have made the log and synced nothing
            directory.namesChanged();
        }
        LogBody body =
                new LogBody(
                        new LogContext(id, log.path(), directory, parts, settings),
                        loaded,
                        created || !clean,
                        () ->
                                directory.checkpointLater(
                                        () -> openIn(directory), () -> topicsIn(directory)));
        if (!loaded.durable() && ending != Ending.KILLED) {
            // what the crash left is in the page cache at least; now it is on disk
            body.syncAfterRecovery();
        }
        body.describeAfterOpening();
        directory.opened(log.path());
        if (!clean) {
            // what recovery found is durable now, and the next start is to know
            directory.checkpointLater(() -> openIn(directory), () -> topicsIn(directory));
        }
        return body;
    }

    private Collection<LocalPartitionLog> openIn(LocalLogDirectory directory) {
        return Stream.concat(open.values().stream(), moves.opened())
                .filter(log -> log.directory() == directory)
                .toList();
    }

    // ---- what moves ask

    /** The log of a partition as it was found, or null. */
    @Nullable Stored stored(TopicPartition partition) {
        return stored.get(partition);
    }

    /** Whether a directory of a partition's name says not beyond doubt which log it is. */
    boolean isUnsure(TopicPartition partition) {
        return !unsure.of(partition).isEmpty();
    }

    /** The open log of a partition, or null. */
    @Nullable LocalPartitionLog opened(TopicPartition partition) {
        return open.get(partition);
    }

    /** A log lies elsewhere from here on. */
    void moved(Stored log) {
        stored.put(log.id().partition(), log);
    }

    /** Takes a directory out of its log directory, durably, and removes it later. */
    void discard(LocalLogDirectory directory, Path path, TopicPartition partition, Duration delay) {
        Path aside = asideOf(directory, partition, LogFiles.DELETED_DIRECTORY);
        try {
            Files.move(path, aside);
            DiskFiles.syncDirectory(directory.path());
        } catch (NoSuchFileException gone) {
            return;
        } catch (IOException failed) {
            throw directory.trouble("removing " + path, path, failed);
        }
        parts.doomed().directory(aside, delay);
        directory.forgetIfThereIsRoom(partition);
    }

    /** A name that a partition's directory can have and no log. */
    Path asideOf(LocalLogDirectory directory, TopicPartition partition, String suffix) {
        return directory.path().resolve(LogFiles.asideName(partition, unique(), suffix));
    }

    private Stored create(LogId id) {
        Stored lost = gone.remove(id.partition());
        Stored again = lost != null && lost.id().equals(id) ? lost : null;
        LocalLogDirectory directory = again != null ? again.directory() : roomiest();
        Path path = directory.path().resolve(id.partition().toString());
        try {
            if (again == null) {
                // a crash may have left offsets of a log that had this name
                directory.forget(id.partition());
            }
            if (Files.isDirectory(path) && !UnsureLogs.isUnfinished(path)) {
                setAside(directory, path, id.partition());
            }
            Files.createDirectories(path);
            PartitionMetadata.write(path, id.topicId());
            SegmentManifest.create(path, id.topicId());
            directory.namesChanged();
        } catch (IOException failed) {
            throw directory.trouble("creating " + path, path, failed);
        }
        unsure.forget(id.partition());
        Stored log = new Stored(id, directory, path);
        stored.put(id.partition(), log);
        return log;
    }

    private LocalLogDirectory roomiest() {
        List<LocalLogDirectory> usable =
                directories.stream().filter(LocalLogStore::usable).toList();
        if (usable.isEmpty()) {
            directories.getFirst().check();
            throw new IllegalStateException("a store has at least one log directory");
        }
        return DirectoryChoice.among(
                usable,
                usable.size() == 1
                        ? Map.of()
                        : stored.values().stream()
                                .collect(
                                        Collectors.groupingBy(
                                                Stored::directory, Collectors.counting())));
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
                        "{0} is not known for certain to be {1}, which is created or deleted now: it"
                                + " is now {2}; remove it when you are sure that nobody needs it",
                        path,
                        partition,
                        aside);
    }

    private void setAside(UnsureLogs.Candidate candidate, TopicPartition partition) {
        try {
            setAside(candidate.directory(), candidate.path(), partition);
        } catch (IOException failed) {
            throw new StorageException(
                    Reach.LOG,
                    "moving " + candidate.path() + " away: " + failed.getMessage(),
                    failed);
        }
    }

    private UUID unique() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    @Override
    public void delete(LogId id) {
        moves.drop(id); // first, or a crash could leave it without a log that it is of
        Stored log = stored.get(id.partition());
        boolean doubtful = !unsure.of(id.partition()).isEmpty();
        if (doubtful || log == null || !log.id().equals(id)) {
            deleteUnsure(id);
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

    /**
     * Moves away what may be the deleted log, so that a log of the same name does not inherit it.
     * Nothing is removed: nobody knows for certain what it is.
     */
    private void deleteUnsure(LogId id) {
        gone.remove(id.partition());
        for (UnsureLogs.Candidate candidate : unsure.of(id.partition())) {
            if (candidate.says(id.topicId()) || candidate.saysNothing()) {
                setAside(candidate, id.partition());
            }
        }
        unsure.forget(id.partition());
        stored.computeIfPresent(
                id.partition(), (partition, log) -> log.id().equals(id) ? null : log);
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
    public Optional<LogMoves> moves() {
        return directories.size() > 1 ? Optional.of(moves) : Optional.empty();
    }

    @Override
    public void abandon() {
        moves.opened().toList().forEach(LocalPartitionLog::abandon);
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
        for (LocalPartitionLog log :
                Stream.concat(open.values().stream(), moves.opened()).toList()) {
            try {
                log.close();
            } catch (StorageException failed) {
                failures.add(failed);
            }
        }
        parts.housekeeping().close();
        for (LocalLogDirectory directory : directories) {
            directory.release(topicsIn(directory), moves.partitionsIn(directory));
        }
        @Nullable RuntimeException first = failures.isEmpty() ? null : failures.getFirst();
        if (first != null) {
            throw first;
        }
    }
}
