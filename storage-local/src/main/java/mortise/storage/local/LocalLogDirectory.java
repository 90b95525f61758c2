package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.spi.DirectoryLock;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import org.jspecify.annotations.Nullable;

/**
 * A log directory that this process holds: its lock, its identity, its checkpoints, and whether it
 * has failed. Thread-safe.
 */
final class LocalLogDirectory implements LogDirectory {
    private static final String LOCK = ".lock";
    private static final String CLEAN_MARKER = ".kafka_cleanshutdown";
    private static final String CLEAN_CONTENT = "{\"version\":0,\"brokerEpoch\":-1}";
    private static final String KAFKA_IDENTITY = "meta.properties";

    /** Below it a write that failed for an unknown reason is taken to have found no room. */
    private static final long LEAST_FREE_BYTES = 1 << 16;

    private final Path path;
    private final int nodeId;
    private final RandomGenerator random;
    private final StoreParts parts;
    private final LogIdentities identities;
    private final CheckpointedOffsets startOffsets;
    private final CheckpointedOffsets recoveryPoints;
    private final CheckpointedOffsets compactedOffsets;
    private final Set<TopicPartition> clean = ConcurrentHashMap.newKeySet();
    private @Nullable OpenedSinceBoot opened;
    private final AtomicBoolean checkpointDue = new AtomicBoolean();
    private volatile UUID id;
    private volatile @Nullable String failure;
    private volatile boolean namesChanged;
    private @Nullable DirectoryLock lock;

    LocalLogDirectory(Path path, int nodeId, RandomGenerator random, StoreParts parts) {
        this.path = path;
        this.nodeId = nodeId;
        this.random = random;
        this.parts = parts;
        this.identities = new LogIdentities(path);
        // used unless the directory has an identity already
        this.id = new UUID(random.nextLong(), random.nextLong());
        this.startOffsets =
                new CheckpointedOffsets(
                        new OffsetCheckpoint(path.resolve("log-start-offset-checkpoint")));
        this.recoveryPoints =
                new CheckpointedOffsets(
                        new OffsetCheckpoint(path.resolve("recovery-point-offset-checkpoint")));
        this.compactedOffsets =
                new CheckpointedOffsets(
                        new OffsetCheckpoint(path.resolve("cleaner-offset-checkpoint")));
    }

    Path path() {
        return path;
    }

    @Override
    public UUID id() {
        return id;
    }

    @Override
    public String location() {
        return path.toString();
    }

    @Override
    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public Space space() {
        try {
            FileStore store = Files.getFileStore(path);
            return new Space(store.getTotalSpace(), store.getUsableSpace());
        } catch (IOException unknown) {
            return new Space(-1, -1);
        }
    }

    /**
     * Takes the directory for this process, and gives it an identity if it is new. One that is
     * damaged or cannot be read is offline from then on, and its lock is not held.
     *
     * @throws StorageException if it is in use, or somebody else's
     */
    void take() {
        try {
            make();
            lock();
            identify();
        } catch (StorageException refused) {
            abandon();
            throw refused;
        } catch (IOException | RuntimeException failed) {
            offline(said(failed));
        }
    }

    /** Takes the directory out of use at the start; {@link #tellFailure} says so. */
    void offline(String why) {
        id = new UUID(random.nextLong(), random.nextLong()); // what it had may be another's
        failure = why;
        abandon();
    }

    /** Says in the log why the directory cannot be used, if so. */
    void tellFailure() {
        String why = failure;
        if (why != null) {
            parts.logger()
                    .log(
                            Level.ERROR,
                            "log directory {0} has failed and its partitions are offline: {1};"
                                    + " check the disk and restart the broker",
                            path,
                            why);
        }
    }

    private static String said(Exception failed) {
        String message = String.valueOf(failed.getMessage());
        return switch (failed) {
            case CorruptFileException corrupt -> message;
            case AccessDeniedException denied ->
                    denied.getFile() + ": permission denied; make it one that this user may write";
            case FileAlreadyExistsException file -> file.getFile() + " is no directory";
            case IOException other -> message;
            case Exception other -> other.toString();
        };
    }

    /** Makes the directory, its name durable. */
    private void make() throws IOException {
        List<Path> made = new ArrayList<>();
        for (Path at = path; at != null && !Files.exists(at); at = at.getParent()) {
            made.add(at);
        }
        Files.createDirectories(path);
        for (Path at : made) {
            DiskFiles.syncDirectory(DiskFiles.parent(at));
        }
        if (made.isEmpty()) {
            // a process that was killed may have made it and synced nothing
            DiskFiles.syncDirectory(DiskFiles.parent(path));
        }
    }

    private void lock() throws IOException {
        String self = "node " + nodeId + ", process " + ProcessHandle.current().pid();
        try {
            lock = DirectoryLock.take(path, LOCK, self);
        } catch (DirectoryLock.HeldException held) {
            if (held.inThisProcess()) {
                throw heldBy("another broker in this process");
            }
            throw heldBy(held.holder().isEmpty() ? "another broker" : held.holder());
        }
    }

    private StorageException heldBy(String holder) {
        return new StorageException(
                Reach.DIRECTORY,
                "log directory "
                        + path
                        + " is held by "
                        + holder
                        + "; stop that broker, or give this one another"
                        + " storage.local.directories");
    }

    private void identify() throws IOException {
        Optional<String> text = DiskFiles.readIfPresent(path.resolve(DirectoryIdentity.FILE));
        if (text.isPresent()) {
            DirectoryIdentity identity = DirectoryIdentity.parse(text.get());
            identity.check(nodeId);
            id = identity.id();
            return;
        }
        if (Files.exists(path.resolve(KAFKA_IDENTITY))) {
            throw new StorageException(
                    Reach.DIRECTORY,
                    "log directory "
                            + path
                            + " belongs to an Apache Kafka broker (it has "
                            + KAFKA_IDENTITY
                            + "); give Mortise a directory of its own with"
                            + " storage.local.directories");
        }
        DiskFiles.replaceDurably(
                path.resolve(DirectoryIdentity.FILE),
                new DirectoryIdentity(id, OptionalInt.of(nodeId)).text());
    }

    /**
     * Reads the checkpoints for the logs that were found.
     *
     * @return logs that should be here too, and whose directories are not
     */
    Set<LogId> load(Set<TopicPartition> present) throws IOException {
        Set<LogId> gone = new HashSet<>();
        Set<TopicPartition> known = new HashSet<>(present);
        identities
                .read(parts.logger())
                .forEach((partition, topic) -> {
                    if (known.add(partition)) {
                        gone.add(new LogId(topic, partition));
                    }
                });
        opened = OpenedSinceBoot.of(path, parts.logger());
        load(startOffsets, known, "logs start where their segment manifests say");
        load(recoveryPoints, known, "logs are looked at as far as their manifests do not reach");
        load(compactedOffsets, known, "logs are compacted from their starts on");
        if (Files.deleteIfExists(path.resolve(CLEAN_MARKER))) {
            DiskFiles.syncDirectory(path);
            clean.addAll(present);
        }
        gone.removeIf(
                log -> recoveryPoints.of(log.partition()) <= startOffsets.of(log.partition()));
        return gone;
    }

    private void load(CheckpointedOffsets offsets, Set<TopicPartition> known, String consequence)
            throws IOException {
        try {
            offsets.load(known);
        } catch (CorruptFileException damaged) {
            Path aside =
                    offsets.path().resolveSibling(DiskFiles.name(offsets.path()) + LogFiles.STRAY);
            Files.move(offsets.path(), aside, StandardCopyOption.REPLACE_EXISTING);
            parts.logger()
                    .log(
                            Level.WARNING,
                            "{0}; it is now {1} and begins anew: {2}",
                            damaged.getMessage(),
                            aside,
                            consequence);
            offsets.load(known);
        }
    }

    CheckpointedOffsets startOffsets() {
        return startOffsets;
    }

    CheckpointedOffsets recoveryPoints() {
        return recoveryPoints;
    }

    /** How far logs have been compacted. */
    CheckpointedOffsets compactedOffsets() {
        return compactedOffsets;
    }

    /** How the process ended that had a log open last; from now on it is not closed any more. */
    Ending takeEnding(TopicPartition partition, Path log) {
        if (clean.remove(partition)) {
            return Ending.CLOSED;
        }
        OpenedSinceBoot noted = opened;
        return noted != null && noted.holds(log) ? Ending.KILLED : Ending.UNKNOWN;
    }

    /** A log is as it should be: what becomes of it from here on, this boot's processes do. */
    void opened(Path log) {
        OpenedSinceBoot noted = opened;
        if (noted != null) {
            noted.add(log);
        }
    }

    /** Notes that a log which was closed cleanly was not opened after all, and is as it was. */
    void keepClean(TopicPartition partition) {
        clean.add(partition);
    }

    /** Notes that a log has been closed and everything in it is durable. */
    void closedCleanly(TopicPartition partition, long endOffset) {
        recoveryPoints.set(partition, endOffset);
        clean.add(partition);
    }

    /** Forgets a log that has been removed. */
    void forget(TopicPartition partition) throws IOException {
        clean.remove(partition);
        try {
            startOffsets.remove(partition);
            compactedOffsets.remove(partition);
        } finally {
            recoveryPoints.remove(partition);
        }
    }

    /** Forgets a log that has been removed; a full disk leaves its lines for the next write. */
    void forgetIfThereIsRoom(TopicPartition partition) {
        try {
            forget(partition);
        } catch (IOException failed) {
            StorageException problem = refuseOrFail("forgetting " + partition, failed);
            if (problem.reach() != Reach.CALL) {
                throw problem;
            }
            parts.logger().log(Level.WARNING, problem.getMessage());
        }
    }

    /** Notes that a log's directory was made or renamed. */
    void namesChanged() {
        namesChanged = true;
    }

    /** Makes the names of the logs' directories durable, if any has changed. */
    void syncNames() throws IOException {
        if (namesChanged) {
            synchronized (this) {
                if (namesChanged) {
                    namesChanged = false;
                    try {
                        DiskFiles.syncDirectory(path);
                    } catch (IOException failed) {
                        namesChanged = true; // it may not even have been opened
                        throw failed;
                    }
                }
            }
        }
    }

    /** Has the recovery points written before long, unless that is due already. */
    void checkpointLater(
            Supplier<Collection<LocalPartitionLog>> logs,
            Supplier<Map<TopicPartition, TopicId>> topics) {
        if (!checkpointDue.get() && checkpointDue.compareAndSet(false, true)) {
            parts.housekeeping()
                    .after(
                            parts.config().get(LocalSettings.CHECKPOINT_INTERVAL),
                            () -> checkpoint(logs.get(), topics.get()));
        }
    }

    private void checkpoint(
            Collection<LocalPartitionLog> logs, Map<TopicPartition, TopicId> topics) {
        checkpointDue.set(false);
        try {
            for (LocalPartitionLog log : logs) {
                log.noteRecoveryPoint();
            }
            startOffsets.write();
            recoveryPoints.write();
            compactedOffsets.write();
            identities.write(topics);
        } catch (IOException failed) {
            StorageException problem =
                    refuseOrFail("writing the recovery points of " + path, failed);
            if (problem.reach() == Reach.CALL) {
                parts.logger().log(Level.WARNING, problem.getMessage());
            }
        }
    }

    /** Why the directory cannot be used, if so, as an exception to throw. */
    void check() {
        String why = failure;
        if (why != null) {
            throw new StorageException(
                    Reach.DIRECTORY, "log directory " + path + " has failed: " + why);
        }
    }

    /** What to throw for a failed call on one of the directory's own files. */
    StorageException refuseOrFail(String doing, IOException cause) {
        return trouble(doing, path, cause);
    }

    /**
     * What to throw for a failed call, of the reach that the failure has: what can pass harms
     * nothing; what is wrong with a log's own files is the end of that log; a device that does not
     * take writes, or a directory that is gone, is the end of the directory, which is failed then.
     *
     * @param place what the call was about: the directory of a log, or this directory
     */
    StorageException trouble(String doing, Path place, IOException cause) {
        if (cause instanceof ForceFailedException forced) {
            // the pages of that file are lost; of others only if the device is at fault
            boolean device = kind(forced.failure()) == DiskErrors.Kind.DEVICE;
            forgetOpened();
            return device || isOwn(forced.file(), place) ? fail(doing, cause) : ofLog(doing, cause);
        }
        return switch (kind(cause)) {
            case FULL ->
                    new StorageException(
                            Reach.CALL,
                            doing
                                    + ": the disk is full ("
                                    + cause.getMessage()
                                    + "); free some space",
                            cause);
            case SCARCE -> scarce(doing, cause);
            case FILE ->
                    isGone() || isOwn(fileOf(cause, place), place)
                            ? fail(doing, cause)
                            : ofLog(doing, cause);
            case DEVICE -> fail(doing, cause);
        };
    }

    /**
     * The same for a call that mostly reads one log: a device that does not give its bytes may give
     * and take all others.
     */
    StorageException unreadable(String doing, Path log, IOException cause) {
        boolean readOnly = String.valueOf(cause.getMessage()).contains("Read-only file system");
        return cause instanceof ForceFailedException
                        || readOnly
                        || kind(cause) != DiskErrors.Kind.DEVICE
                ? trouble(doing, log, cause)
                : ofLog(doing, cause);
    }

    private DiskErrors.Kind kind(IOException cause) {
        return DiskErrors.kind(cause, path, LEAST_FREE_BYTES);
    }

    /** What to throw if the system is short of something that is no disk space; or null. */
    @Nullable StorageException ifItCanPass(String doing, IOException cause) {
        return switch (kind(cause)) {
            case FULL, SCARCE -> trouble(doing, path, cause);
            case FILE, DEVICE -> null;
        };
    }

    private static StorageException scarce(String doing, IOException cause) {
        return new StorageException(
                Reach.CALL,
                doing
                        + ": "
                        + (cause.getMessage() == null ? cause : cause.getMessage())
                        + "; it can be tried again",
                cause);
    }

    private static StorageException ofLog(String doing, IOException cause) {
        return new StorageException(
                Reach.LOG, doing + ": " + cause + "; was it changed from outside?", cause);
    }

    /** Whether a file is the directory's own, and not one of the log's that the call was about. */
    private boolean isOwn(Path file, Path place) {
        return place.equals(path) || !file.startsWith(place);
    }

    private static Path fileOf(IOException cause, Path place) {
        String file = cause instanceof FileSystemException named ? named.getFile() : null;
        return file == null ? place : place.getFileSystem().getPath(file);
    }

    private boolean isGone() {
        return !Files.isDirectory(path);
    }

    /** Fails the directory; gives what to throw. */
    StorageException fail(String doing, Exception cause) {
        String why = doing + ": " + cause;
        boolean first;
        synchronized (this) {
            first = failure == null;
            if (first) {
                failure = why;
            }
        }
        if (first) {
            forgetOpened(); // what was written may be lost, though the machine goes on
            tellFailure();
        }
        return new StorageException(
                Reach.DIRECTORY, "log directory " + path + " has failed: " + why, cause);
    }

    /** Has the next process check all that was not synced. */
    private void forgetOpened() {
        OpenedSinceBoot noted = opened;
        if (noted != null) {
            noted.clear();
        }
    }

    /** Lets go of the directory as it was found. */
    void abandon() {
        try {
            unlock();
        } catch (IOException failed) {
            parts.logger().log(Level.WARNING, "unlocking " + path + ": " + failed, failed);
        }
    }

    /**
     * Lets go of the directory; leaves the clean marker if every log was closed cleanly.
     *
     * @param topics the logs
     * @param futures the partitions of the future logs
     */
    void release(Map<TopicPartition, TopicId> topics, Set<TopicPartition> futures) {
        try {
            if (failure == null) {
                startOffsets.write();
                recoveryPoints.write();
                compactedOffsets.write();
                identities.write(topics);
                if (clean.containsAll(topics.keySet()) && clean.containsAll(futures)) {
                    forgetOpened();
                    DiskFiles.replaceDurably(path.resolve(CLEAN_MARKER), CLEAN_CONTENT);
                }
            }
        } catch (IOException failed) {
            parts.logger()
                    .log(Level.WARNING, "closing log directory " + path + ": " + failed, failed);
        } finally {
            abandon();
        }
    }

    private void unlock() throws IOException {
        OpenedSinceBoot noted = opened;
        if (noted != null) {
            noted.close();
        }
        DirectoryLock held = lock;
        lock = null;
        if (held != null) {
            held.close();
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
