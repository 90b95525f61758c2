package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogMoves;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import mortise.storage.local.LocalLogStore.Stored;
import org.jspecify.annotations.Nullable;

/**
 * The future logs of a store: found at its start, copied to by the broker, and put in the place of
 * the current ones. Thread-safe for different partitions.
 *
 * <p>A future log lies in a directory whose name no log has. It takes the other's place in steps,
 * each durable before the next: its {@link MoveNote} says that all is in it; the current log's
 * directory gets a name that is none; the future log's directory gets the log's. The second step is
 * the one that counts, so there never are two directories with the log's name.
 */
final class LocalMoves implements LogMoves {
    private final LocalLogStore store;
    private final StoreParts parts;
    private final Map<TopicPartition, Stored> futures = new ConcurrentHashMap<>();
    private final Map<TopicPartition, LocalPartitionLog> open = new ConcurrentHashMap<>();

    /** What was found at the start and is not settled yet. */
    private final List<Found> found = new ArrayList<>();

    /** A directory with a future log's name. */
    private record Found(
            LocalLogDirectory directory,
            Path path,
            TopicPartition partition,
            LogId id,
            boolean complete) {}

    LocalMoves(LocalLogStore store, StoreParts parts) {
        this.store = store;
        this.parts = parts;
    }

    // ---- the start

    /** Notes a directory with a future log's name. */
    void found(LocalLogDirectory directory, Path path) {
        Optional<TopicId> topic;
        Optional<MoveNote> note;
        try {
            topic = PartitionMetadata.read(path);
            note = MoveNote.read(path);
        } catch (IOException unreadable) {
            tell(Level.WARNING, path, "it cannot be read: " + unreadable.getMessage());
            return;
        }
        if (topic.isEmpty() || note.isEmpty()) {
            // the note and the topic are durable before anything is copied
            parts.doomed().directory(path, Duration.ZERO);
            return;
        }
        TopicPartition partition = note.get().partition();
        LogId id = new LogId(topic.get(), partition);
        found.add(new Found(directory, path, partition, id, note.get().complete()));
    }

    private void tell(Level level, Path path, String why) {
        parts.logger().log(level, "{0} is left alone: {1}", path, why);
    }

    /** Forgets what was found in a directory that cannot be used. */
    void forgetIn(LocalLogDirectory directory) {
        found.removeIf(future -> future.directory() == directory);
    }

    /** The partitions whose future logs lie in a directory. */
    Set<TopicPartition> partitionsIn(LocalLogDirectory directory) {
        Set<TopicPartition> partitions = new HashSet<>();
        found.stream()
                .filter(future -> future.directory() == directory)
                .forEach(future -> partitions.add(future.partition()));
        futures.values().stream()
                .filter(future -> future.directory() == directory)
                .forEach(future -> partitions.add(future.id().partition()));
        return partitions;
    }

    /**
     * Says what each of those is that were found, once all directories have been looked at: a log
     * on its way, the log itself, or nothing any more.
     *
     * @param allSeen whether every log directory could be looked at
     */
    void settle(boolean allSeen) {
        for (Found future : List.copyOf(found)) {
            try {
                settle(future, allSeen);
            } catch (IOException failed) {
                future.directory().offline("reading it: " + failed.getMessage());
            }
        }
        found.clear();
    }

    private void settle(Found future, boolean allSeen) throws IOException {
        Stored current = store.stored(future.partition());
        Stored known = new Stored(future.id(), future.directory(), future.path());
        if (current != null && isCopyOf(current, known) && !store.isUnsure(future.partition())) {
            if (future.complete()) {
                // the current one may have gone on
                new MoveNote(future.partition(), false).write(future.path());
            }
            Stored other = futures.putIfAbsent(future.partition(), known);
            if (other != null) {
                discard(known, "it is one of two copies that were under way");
            }
        } else if (current != null && !store.isUnsure(future.partition())) {
            discard(known, "no log is to be moved there");
        } else if (!allSeen || store.isUnsure(future.partition())) {
            tell(Level.WARNING, future.path(), "the log that it is a copy of is not to be seen");
        } else if (future.complete()) {
            take(known);
        } else {
            Path aside =
                    store.asideOf(future.directory(), future.partition(), LogFiles.STRAY_DIRECTORY);
            Files.move(future.path(), aside);
            DiskFiles.syncDirectory(future.directory().path());
            parts.logger()
                    .log(
                            Level.ERROR,
                            "{0} is an unfinished copy of {1}, whose log is in no log directory: it"
                                    + " is now {2}; remove it when you are sure that nobody needs"
                                    + " it",
                            future.path(),
                            future.partition(),
                            aside);
        }
    }

    private static boolean isCopyOf(Stored current, Stored future) {
        return current.id().equals(future.id()) && current.directory() != future.directory();
    }

    private void discard(Stored future, String why) {
        parts.logger().log(Level.WARNING, "{0} is removed: {1}", future.path(), why);
        store.discard(future.directory(), future.path(), future.id().partition(), Duration.ZERO);
    }

    /** Finishes a replacement that a crash came into: the current log has given up its name. */
    private void take(Stored future) throws IOException {
        Path path = plainPath(future);
        Files.move(future.path(), path);
        DiskFiles.syncDirectory(future.directory().path());
        store.moved(new Stored(future.id(), future.directory(), path));
        parts.logger()
                .log(
                        Level.INFO,
                        "{0} has moved to log directory {1}; the last stop came in between",
                        future.id().partition(),
                        future.directory());
    }

    private static Path plainPath(Stored future) {
        return future.directory().path().resolve(future.id().partition().toString());
    }

    // ---- moves

    @Override
    public List<FutureLog> futures() {
        return futures.values().stream()
                .map(future -> new FutureLog(future.id(), future.directory()))
                .toList();
    }

    /** The future logs that are open. */
    Stream<LocalPartitionLog> opened() {
        return List.copyOf(open.values()).stream();
    }

    @Override
    public PartitionLog begin(LogId id, LogDirectory directory, LogSettings settings) {
        LocalLogDirectory target = own(directory);
        Stored current = store.stored(id.partition());
        if (current == null || !current.id().equals(id) || current.directory() == target) {
            throw new IllegalArgumentException(
                    id + " has no log in another directory than " + target);
        }
        target.check();
        Stored future = futures.get(id.partition());
        if (future != null && (!future.id().equals(id) || future.directory() != target)) {
            drop(id);
            future = null;
        }
        LocalPartitionLog opened = open.get(id.partition());
        if (future != null && opened != null) {
            return opened;
        }
        if (future != null) {
            PartitionLog again = tryAgain(future, settings);
            if (again != null) {
                return again;
            }
        }
        return created(id, target, settings);
    }

    private LocalLogDirectory own(LogDirectory directory) {
        return store.directories().stream()
                .filter(LocalLogDirectory.class::isInstance)
                .map(LocalLogDirectory.class::cast)
                .filter(known -> known.id().equals(directory.id()))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                directory.location() + " is no log directory of this store"));
    }

    /** A future log that was there before, or null if it cannot be gone on with. */
    private @Nullable PartitionLog tryAgain(Stored future, LogSettings settings) {
        TopicPartition partition = future.id().partition();
        try {
            new MoveNote(partition, false).write(future.path()); // the current one goes on
            Ending ending = future.directory().takeEnding(partition, future.path());
            LocalPartitionLog log = load(future, settings, false, ending);
            if (log.missing().isEmpty()) {
                log.forgetSidecars();
                return log;
            }
        } catch (IOException failed) {
            parts.logger()
                    .log(
                            Level.WARNING,
                            "{0} is copied anew: {1}",
                            future.path(),
                            failed.toString());
        }
        drop(future.id());
        return null;
    }

    private PartitionLog created(LogId id, LocalLogDirectory directory, LogSettings settings) {
        TopicPartition partition = id.partition();
        Path path = store.asideOf(directory, partition, LogFiles.FUTURE_DIRECTORY);
        try {
            makeRoom(directory, partition);
            directory.forget(partition);
            Files.createDirectories(path);
            PartitionMetadata.write(path, id.topicId());
            DiskFiles.syncFile(path.resolve(PartitionMetadata.FILE));
            SegmentManifest.create(path, id.topicId());
            new MoveNote(partition, false).write(path);
            directory.namesChanged();
            Stored future = new Stored(id, directory, path);
            futures.put(partition, future);
            return load(future, settings, true, Ending.UNKNOWN);
        } catch (IOException failed) {
            throw directory.trouble("creating " + path, path, failed);
        }
    }

    /** The log's own name must be free in the directory that it moves to. */
    private void makeRoom(LocalLogDirectory directory, TopicPartition partition)
            throws IOException {
        Path plain = directory.path().resolve(partition.toString());
        if (!Files.exists(plain)) {
            return;
        }
        if (!UnsureLogs.isUnfinished(plain)) {
            throw new StorageException(
                    Reach.CALL,
                    plain
                            + " is there already, and is not the log that is to move there; move it"
                            + " away");
        }
        store.discard(directory, plain, partition, Duration.ZERO);
    }

    private LocalPartitionLog load(
            Stored future, LogSettings settings, boolean created, Ending ending)
            throws IOException {
        TopicPartition partition = future.id().partition();
        LocalPartitionLog log =
                new LocalPartitionLog(
                        store.body(future, settings, created, ending, 0),
                        () -> open.remove(partition));
        open.put(partition, log);
        return log;
    }

    @Override
    public void drop(LogId id) {
        Stored future = futures.get(id.partition());
        if (future == null || !future.id().equals(id)) {
            return;
        }
        LocalPartitionLog log = open.remove(id.partition());
        if (log != null) {
            log.deleted();
        }
        futures.remove(id.partition());
        if (future.directory().failure().isEmpty()) {
            store.discard(future.directory(), future.path(), id.partition(), Duration.ZERO);
        }
    }

    @Override
    public void replace(LogId id) {
        LocalPartitionLog current = store.opened(id.partition());
        LocalPartitionLog copy = open.get(id.partition());
        Stored future = futures.get(id.partition());
        Stored from = store.stored(id.partition());
        if (current == null || copy == null || future == null || from == null) {
            throw new IllegalStateException(id + " and its future log are not open");
        }
        LogBounds bounds = current.bounds();
        if (!bounds.equals(copy.bounds())) {
            throw new IllegalStateException(
                    id + " holds " + bounds + ", its future log " + copy.bounds());
        }
        try {
            copy.close();
        } catch (StorageException failed) {
            throw goesOn(failed);
        }
        current.replaceBody(old -> replaced(from, future, old));
    }

    private LogBody replaced(Stored from, Stored future, LogBody old) {
        TopicPartition partition = from.id().partition();
        Path aside = store.asideOf(from.directory(), partition, LogFiles.DELETED_DIRECTORY);
        try {
            new MoveNote(partition, true).write(future.path());
        } catch (IOException failed) {
            throw goesOn(
                    future.directory()
                            .trouble(
                                    "noting that all is in " + future.path(),
                                    future.path(),
                                    failed));
        }
        withdraw(from, aside, old);
        LogBody body;
        Stored moved = new Stored(from.id(), future.directory(), plainPath(future));
        try {
            body = inPlace(future, moved, old);
        } catch (StorageException failed) {
            // no failure of the directory that the log lay in
            throw undecided(
                    old,
                    new StorageException(Reach.LOG, String.valueOf(failed.getMessage()), failed));
        }
        futures.remove(partition);
        store.moved(moved);
        parts.doomed().directory(aside, old.settings().fileDeleteDelay());
        from.directory().forgetIfThereIsRoom(partition);
        return body;
    }

    /** Takes its name from the current log: from then on the future one is the log. */
    private void withdraw(Stored from, Path aside, LogBody old) {
        String doing = "moving " + from.path() + " out of the way";
        try {
            Files.move(from.path(), aside);
        } catch (IOException failed) {
            throw from.directory().trouble(doing, from.path(), failed);
        }
        try {
            DiskFiles.syncDirectory(from.directory().path());
        } catch (IOException failed) {
            throw undecided(old, from.directory().trouble(doing, from.path(), failed));
        }
    }

    /** Gives the log's name to the future log, and opens it under that. */
    private LogBody inPlace(Stored future, Stored moved, LogBody old) {
        try {
            Files.move(future.path(), moved.path());
            DiskFiles.syncDirectory(future.directory().path());
            MoveNote.remove(moved.path());
            Ending ending = future.directory().takeEnding(moved.id().partition(), moved.path());
            return store.body(moved, old.settings(), false, ending, old.nextOrdinal());
        } catch (IOException failed) {
            throw future.directory()
                    .trouble("putting " + future.path() + " in place", future.path(), failed);
        }
    }

    /** What to throw if the current log goes on as before, whatever became of the future one. */
    private static StorageException goesOn(StorageException failed) {
        return new StorageException(Reach.CALL, String.valueOf(failed.getMessage()), failed);
    }

    /** What to throw if a start has to say which of the two is the log. */
    private static StorageException undecided(LogBody old, StorageException cause) {
        StorageException broken =
                cause.reach() == Reach.CALL
                        ? new StorageException(
                                Reach.LOG, cause.getMessage() + "; the move is half done", cause)
                        : cause;
        old.givenUp(broken);
        return broken;
    }
}
