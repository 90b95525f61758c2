package mortise.broker.flush;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import mortise.spi.storage.PartitionLog;
import org.jspecify.annotations.Nullable;

/**
 * A log's place in its directory's queue of syncs. Asking again while it waits does nothing more;
 * asking while it is being synced makes it wait once more, because the sync under way may have
 * begun too early.
 *
 * <p>Thread-safe. <b>Memory.</b> A writer moves the log's end and then looks at the state; a
 * flusher moves the state and then looks at the log's end. A full fence between the two on either
 * side makes sure that at least one sees the other, however weakly the log publishes its end.
 */
public final class FlushTicket {
    private static final int IDLE = 0;
    private static final int QUEUED = 1;
    private static final int SYNCING = 2;
    private static final int SYNCING_AND_ASKED = 3;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(FlushTicket.class, "state", int.class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    private final FlushWorkers line;
    private final PartitionLog log;
    private final FlushListener listener;

    /** Held during a sync, so that {@link #end} waits for it; nothing else waits here. */
    private final Object syncing = new Object();

    private boolean ended;

    @SuppressWarnings("UnusedVariable") // through STATE
    private volatile int state = IDLE;

    FlushTicket(FlushWorkers line, PartitionLog log, FlushListener listener) {
        this.line = line;
        this.log = log;
        this.listener = listener;
    }

    /** Asks for a sync that covers everything appended before this call. Never blocks. */
    public void request() {
        VarHandle.fullFence();
        while (true) {
            int seen = (int) STATE.getVolatile(this);
            if (seen == QUEUED || seen == SYNCING_AND_ASKED) {
                return;
            }
            int next = seen == IDLE ? QUEUED : SYNCING_AND_ASKED;
            if (STATE.compareAndSet(this, seen, next)) {
                if (next == QUEUED) {
                    line.submit(this);
                }
                return;
            }
        }
    }

    /**
     * Syncs once and tells the listener. Called by the workers, once for each time it was
     * submitted. What the listener throws is passed on, and is neither taken for a failed sync nor
     * in the way of the next one.
     */
    public void serve() {
        STATE.setVolatile(this, SYNCING);
        VarHandle.fullFence();
        try {
            synchronized (syncing) {
                if (!ended) {
                    tell(sync());
                }
            }
        } finally {
            if (!STATE.compareAndSet(this, SYNCING, IDLE)) {
                STATE.setVolatile(this, QUEUED);
                line.submit(this);
            }
        }
    }

    private void tell(@Nullable RuntimeException failure) {
        if (failure == null) {
            listener.flushed();
        } else {
            listener.flushFailed(failure);
        }
    }

    /**
     * Ends the syncs of a log that is to be closed: waits for one that is under way, and none
     * begins any more, nor is the listener told of one. May block.
     */
    public void end() {
        synchronized (syncing) {
            ended = true;
        }
    }

    /** Why the log could not be synced, or null. */
    private @Nullable RuntimeException sync() {
        try {
            log.sync();
            return null;
        } catch (RuntimeException failed) {
            return failed;
        } catch (Error failed) {
            return new IllegalStateException("a sync ended with " + failed, failed);
        }
    }
}
