package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import mortise.api.TopicPartition;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import org.jspecify.annotations.Nullable;

/**
 * A log directory that this process holds: its lock, its identity, its checkpoints, and whether it
 * has failed. Thread-safe.
 */
final class LocalLogDirectory implements LogDirectory {
    private static final String LOCK = ".lock";
    private static final String IDENTITY = "mortise-directory";
    private static final String CLEAN_MARKER = ".kafka_cleanshutdown";
    private static final String CLEAN_CONTENT = "{\"version\":0,\"brokerEpoch\":-1}";
    private static final String KAFKA_IDENTITY = "meta.properties";
    private static final String IDENTITY_VERSION = "version: 0";
    private static final String IDENTITY_KEY = "directory_id: ";

    /** Below it a write that failed for an unknown reason is taken to have found no room. */
    private static final long LEAST_FREE_BYTES = 1 << 16;

    /**
     * The lock files that this process holds. To open one of them a second time and close it again
     * would let go of the lock, for that is what POSIX says of a process and its locks.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final int nodeId;
    private final StoreParts parts;
    private final CheckpointedOffsets startOffsets;
    private final CheckpointedOffsets recoveryPoints;
    private final Set<TopicPartition> clean = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean checkpointDue = new AtomicBoolean();
    private volatile UUID id;
    private volatile @Nullable String failure;
    private volatile boolean namesChanged;
    private @Nullable FileChannel lock;
    private @Nullable Path lockFile;

    LocalLogDirectory(Path path, int nodeId, RandomGenerator random, StoreParts parts) {
        this.path = path;
        this.nodeId = nodeId;
        this.parts = parts;
        // used unless the directory has an identity already
        this.id = new UUID(random.nextLong(), random.nextLong());
        this.startOffsets =
                new CheckpointedOffsets(
                        new OffsetCheckpoint(path.resolve("log-start-offset-checkpoint")));
        this.recoveryPoints =
                new CheckpointedOffsets(
                        new OffsetCheckpoint(path.resolve("recovery-point-offset-checkpoint")));
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

    /** Takes the directory for this process, and gives it an identity if it is new. */
    void take() {
        try {
            make();
            lock();
            identify();
        } catch (IOException failed) {
            abandon();
            throw fail("taking log directory " + path, failed);
        }
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
        Path file = path.toRealPath().resolve(LOCK);
        if (!HELD.add(file)) {
            throw heldBy("another broker in this process");
        }
        lockFile = file;
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        lock = channel;
        if (channel.tryLock() == null) {
            String holder = readHolder(channel);
            unlock();
            throw heldBy(holder.isEmpty() ? "another broker" : holder);
        }
        channel.truncate(0);
        channel.write(
                StandardCharsets.UTF_8.encode(
                        "node " + nodeId + ", process " + ProcessHandle.current().pid()),
                0);
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

    private static String readHolder(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(256);
        DiskFiles.readFully(channel, text, 0);
        return StandardCharsets.UTF_8.decode(text.flip()).toString().strip();
    }

    private void identify() throws IOException {
        Optional<String> text = DiskFiles.readIfPresent(path.resolve(IDENTITY));
        if (text.isPresent()) {
            List<String> lines = text.get().lines().toList();
            if (lines.size() >= 2
                    && lines.get(0).equals(IDENTITY_VERSION)
                    && lines.get(1).startsWith(IDENTITY_KEY)) {
                id = UUID.fromString(lines.get(1).substring(IDENTITY_KEY.length()).strip());
                return;
            }
            throw new IOException(
                    path.resolve(IDENTITY)
                            + " begins with '"
                            + lines.get(0)
                            + "'; '"
                            + IDENTITY_VERSION
                            + "' was expected");
        }
        if (Files.exists(path.resolve(KAFKA_IDENTITY))) {
            unlock();
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
                path.resolve(IDENTITY), IDENTITY_VERSION + "\n" + IDENTITY_KEY + id + "\n");
    }

    /**
     * Reads the checkpoints for the logs that were found.
     *
     * @return whether all of them were closed cleanly
     */
    boolean load(Set<TopicPartition> present) throws IOException {
        startOffsets.load(present);
        recoveryPoints.load(present);
        boolean wasClean = Files.deleteIfExists(path.resolve(CLEAN_MARKER));
        if (wasClean) {
            DiskFiles.syncDirectory(path);
            clean.addAll(present);
        }
        return wasClean;
    }

    CheckpointedOffsets startOffsets() {
        return startOffsets;
    }

    CheckpointedOffsets recoveryPoints() {
        return recoveryPoints;
    }

    /** Whether a log was closed cleanly; from now on it no longer is. */
    boolean takeClean(TopicPartition partition) {
        return clean.remove(partition);
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
    void checkpointLater(Supplier<Collection<LocalPartitionLog>> logs) {
        if (!checkpointDue.get() && checkpointDue.compareAndSet(false, true)) {
            parts.housekeeping()
                    .after(parts.config().checkpointInterval(), () -> checkpoint(logs.get()));
        }
    }

    private void checkpoint(Collection<LocalPartitionLog> logs) {
        checkpointDue.set(false);
        try {
            for (LocalPartitionLog log : logs) {
                log.noteRecoveryPoint();
            }
            recoveryPoints.write();
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
            parts.logger()
                    .log(
                            Level.ERROR,
                            "log directory {0} has failed and its partitions are offline: {1};"
                                    + " check the disk and restart the broker",
                            path,
                            why);
        }
        return new StorageException(
                Reach.DIRECTORY, "log directory " + path + " has failed: " + why, cause);
    }

    /** Lets go of the directory as it was found. */
    void abandon() {
        try {
            unlock();
        } catch (IOException failed) {
            parts.logger().log(Level.WARNING, "unlocking " + path + ": " + failed, failed);
        }
    }

    /** Lets go of the directory; leaves the clean marker if every log was closed cleanly. */
    void release(Set<TopicPartition> present) {
        try {
            if (failure == null) {
                recoveryPoints.write();
                if (clean.containsAll(present)) {
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
        FileChannel held = lock;
        lock = null;
        try {
            if (held != null) {
                held.close();
            }
        } finally {
            Path file = lockFile;
            lockFile = null;
            if (file != null) {
                HELD.remove(file);
            }
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
