package mortise.broker.mailbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The time in which a mailbox's owner waits for a step of its own that runs elsewhere. The mailbox
 * stays owned: nothing is served, neither data nor control commands nor signals, though all may be
 * offered. {@link #resume} lets the drain go on: first the owner's continuation, then whatever came
 * meanwhile, in the usual order.
 *
 * <p>The owner's state goes with the suspension: the step may use it, for until {@code resume} it
 * has no other user, and what it wrote is seen by the continuation.
 *
 * <p><b>Memory.</b> Two meet at {@code state}: the drain that leaves, and whoever resumes. Whoever
 * comes second goes on with the mailbox; both moves are full fences.
 */
public final class Suspension {
    private static final int DRAIN_IS_THERE = 0;
    private static final int DRAIN_HAS_LEFT = 1;
    private static final int RESUMED = 2;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Suspension.class, "state", int.class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    private final Mailbox<?, ?> mailbox;
    private final Runnable continuation;

    @SuppressWarnings("UnusedVariable") // through STATE
    private volatile int state = DRAIN_IS_THERE;

    Suspension(Mailbox<?, ?> mailbox, Runnable continuation) {
        this.mailbox = mailbox;
        this.continuation = continuation;
    }

    /**
     * Ends it. To be called once, on any thread, also before the drain that began it has returned:
     * then that drain goes on by itself; else a drain thread does, or, if the calling thread is
     * draining another mailbox, that thread once it is through. After the drains were closed this
     * has no effect.
     *
     * @throws IllegalStateException if it was called before; nothing comes of that
     */
    public void resume() {
        int before = (int) STATE.getAndSet(this, RESUMED);
        if (before == RESUMED) {
            throw new IllegalStateException("a mailbox was resumed twice: " + mailbox);
        }
        if (before == DRAIN_HAS_LEFT) {
            mailbox.drainResumed();
        }
    }

    /** The drain leaves the mailbox to whoever resumes it; false if that has happened already. */
    boolean leave() {
        return STATE.compareAndSet(this, DRAIN_IS_THERE, DRAIN_HAS_LEFT);
    }

    /** What the owner does once it is resumed, in a drain. */
    void proceed() {
        continuation.run();
    }
}
