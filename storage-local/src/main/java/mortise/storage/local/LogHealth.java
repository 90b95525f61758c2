package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import org.jspecify.annotations.Nullable;

/** Whether a log can be used, and what a failed call means for it. Thread-safe. */
final class LogHealth {
    private final LogContext log;
    private final LogExtent extent;

    /** Why it cannot be used any more: it failed, or was closed or deleted. */
    private volatile @Nullable StorageException unusable;

    private volatile boolean ended;

    LogHealth(LogContext log, LogExtent extent) {
        this.log = log;
        this.extent = extent;
    }

    /** Throws if the log cannot be used any more. */
    void check() {
        StorageException why = unusable;
        if (why != null) {
            throw new StorageException(why.reach(), String.valueOf(why.getMessage()), why);
        }
        if (log.directory().failure().isPresent()) {
            log.directory().check();
        }
    }

    /** Whether neither the log nor its directory has failed or ended. */
    boolean isUsable() {
        return unusable == null && log.directory().failure().isEmpty();
    }

    /** Whether the log itself has neither failed nor ended; its directory may have. */
    boolean isOpen() {
        return unusable == null;
    }

    /** Whether it was closed, deleted or abandoned. */
    boolean hasEnded() {
        return ended;
    }

    /**
     * What to throw for a failed call, of the reach that it has. If that is the log, it is out of
     * use from here on.
     */
    StorageException trouble(String doing, IOException cause) {
        StorageException why = unusable;
        if (why != null) {
            // the files went with the log, which is no failure of its directory
            return new StorageException(why.reach(), String.valueOf(why.getMessage()), cause);
        }
        extent.dropClosedFiles();
        StorageException problem = log.directory().trouble(doing, log.path(), cause);
        if (problem.reach() == Reach.LOG) {
            fail(problem);
        }
        return problem;
    }

    /** The same for a change that was half made: what could pass otherwise is the log's end too. */
    StorageException broken(String doing, IOException cause) {
        StorageException problem = trouble(doing, cause);
        if (problem.reach() != Reach.CALL) {
            return problem;
        }
        StorageException half =
                new StorageException(
                        Reach.LOG, problem.getMessage() + "; the change is half made", cause);
        fail(half);
        return half;
    }

    /** The log is out of use from here on, for a change of it was half made. */
    void broken(StorageException half) {
        fail(half);
    }

    private synchronized void fail(StorageException problem) {
        if (unusable == null) {
            unusable = problem;
            log.parts()
                    .logger()
                    .log(
                            Level.ERROR,
                            "{0} is out of use until the broker starts again: {1}",
                            log.id(),
                            problem.getMessage());
        }
    }

    /** Ends the log's life: every call is refused from here on, and all files are let go of. */
    synchronized void end(String how) {
        ended = true;
        unusable = new StorageException(Reach.LOG, log.id() + " " + how);
        extent.retire();
    }
}
