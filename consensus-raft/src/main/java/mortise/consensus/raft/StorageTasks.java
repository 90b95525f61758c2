package mortise.consensus.raft;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import mortise.consensus.raft.core.Entry;
import mortise.consensus.raft.storage.AppendRefusedException;
import mortise.consensus.raft.storage.LogGrowth;
import mortise.consensus.raft.storage.RaftStorage;
import mortise.consensus.raft.storage.Snapshot;

/**
 * The storage of a member at work, beside the member: entries are appended by one serial executor,
 * snapshots are written by another, so that neither holds up the member, nor a snapshot the log.
 *
 * <p>Each executor's tasks hold a lock of their own while they touch the storage; {@link #close}
 * takes both, so it waits for what has begun, and what has not does nothing.
 */
final class StorageTasks {
    private final RaftStorage storage;
    private final Executor log;
    private final Executor snapshots;
    private final ReentrantLock logLock = new ReentrantLock();
    private final ReentrantLock snapshotLock = new ReentrantLock();
    private volatile boolean stopped;
    private boolean released; // guarded by both locks

    /** Hears what became of entries, on the executor of the log. */
    interface AppendListener {
        /** They are durable. */
        void stored(LogGrowth growth);

        /** None was stored, and the log is as it was before. */
        void refused(AppendRefusedException reason);

        /** What reached the disk is unknown. */
        void broken(Throwable failure);
    }

    /** Hears what became of a snapshot, on the executor of snapshots. */
    interface SnapshotListener {
        /** It is durable. */
        void kept();

        /** It is not, and nothing is lost. */
        void notKept(IOException reason);

        /** It could not be made, which nobody expected. */
        void broken(Throwable failure);
    }

    /**
     * Tasks on a storage that nobody else touches.
     *
     * @param log a serial executor
     * @param snapshots another one
     */
    StorageTasks(RaftStorage storage, Executor log, Executor snapshots) {
        this.storage = storage;
        this.log = log;
        this.snapshots = snapshots;
    }

    /** The storage itself, for the member that opens it: before the first task. */
    RaftStorage storage() {
        return storage;
    }

    /** Appends entries; at most one group at a time. */
    void append(List<Entry> entries, AppendListener listener) {
        onLog(() -> {
            LogGrowth growth;
            try {
                storage.append(entries);
                growth = storage.growth();
            } catch (AppendRefusedException asBefore) {
                listener.refused(asBefore);
                return;
            } catch (Throwable failure) {
                stopped = true; // nothing but closing is left
                listener.broken(failure);
                return;
            }
            listener.stored(growth);
        });
    }

    /** Does what nobody waits for. */
    void idle() {
        onLog(storage::idle);
    }

    /**
     * Keeps a snapshot, and drops what it makes superfluous. The log's growth counts from here.
     *
     * @param made makes the snapshot, on the executor of snapshots
     */
    void keep(Supplier<Snapshot> made, SnapshotListener listener) {
        onLog(storage::resetGrowth);
        snapshots.execute(() -> {
            snapshotLock.lock();
            try {
                if (!stopped) {
                    keepNow(made, listener);
                }
            } finally {
                snapshotLock.unlock();
            }
        });
    }

    private void keepNow(Supplier<Snapshot> made, SnapshotListener listener) {
        long superfluous;
        try {
            superfluous = storage.keep(made.get());
        } catch (IOException notKept) {
            listener.notKept(notKept);
            return;
        } catch (Throwable failure) {
            listener.broken(failure);
            return;
        }
        onLog(() -> storage.dropThrough(superfluous));
        listener.kept();
    }

    private void onLog(Runnable task) {
        log.execute(() -> {
            logLock.lock();
            try {
                if (!stopped) {
                    task.run();
                }
            } finally {
                logLock.unlock();
            }
        });
    }

    /**
     * Lets go of the storage on the executor of the log, once what has begun has ended.
     *
     * @param failures hears what went wrong
     */
    void closeSoon(Consumer<IOException> failures) {
        stopped = true;
        log.execute(() -> {
            try {
                close();
            } catch (IOException failure) {
                failures.accept(failure);
            }
        });
    }

    /** Lets go of the storage, once what has begun has ended; waits for that. */
    void close() throws IOException {
        stopped = true;
        snapshotLock.lock();
        try {
            logLock.lock();
            try {
                if (!released) {
                    released = true;
                    storage.close();
                }
            } finally {
                logLock.unlock();
            }
        } finally {
            snapshotLock.unlock();
        }
    }
}
