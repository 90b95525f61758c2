package mortise.broker.net;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory for received data of the whole broker: what is held, and who waits for more.
 * Thread-safe.
 *
 * <p>Large frames reserve their size before they are read, all or nothing, first come first served.
 * Small receive chunks are only counted: each connection may always hold one, which keeps
 * heartbeats and fetches moving when large frames fill the rest.
 */
final class InflightLimiter {
    private final long maxBytes;
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong reserved = new AtomicLong();
    private final Queue<Waiter> waiters = new ArrayDeque<>();
    private volatile boolean waiting;

    InflightLimiter(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * A connection that wants memory. Its methods are called on any thread, under the limiter's
     * lock.
     */
    interface Waiter {
        /**
         * How many bytes must be free; 0 asks only to be told when the broker is below its bound.
         */
        int wantedBytes();

        /** The bytes have been reserved for this waiter; it stands in the queue no more. */
        void granted(int bytes);
    }

    /** Counts a small chunk, which is never refused. */
    void charge(int bytes) {
        held.getAndAdd(bytes);
    }

    /** Reserves room for a large frame, unless there is none or others wait for it. */
    boolean tryReserve(int bytes) {
        if (waiting) {
            return false;
        }
        boolean alone = reserved.addAndGet(bytes) == bytes;
        if (held.addAndGet(bytes) <= maxBytes || alone) {
            return true;
        }
        refundReserved(bytes);
        return false;
    }

    /** Puts a waiter at the end of the queue; it is granted at once if there is room by now. */
    void await(Waiter waiter) {
        synchronized (waiters) {
            waiters.add(waiter);
            waiting = true;
        }
        wakeWaiters();
    }

    /** Takes a waiter out of the queue; false if it was granted already. */
    boolean withdraw(Waiter waiter) {
        boolean removed;
        synchronized (waiters) {
            removed = waiters.remove(waiter);
            waiting = !waiters.isEmpty();
        }
        wakeWaiters();
        return removed;
    }

    /** Gives a small chunk back. */
    void refund(int bytes) {
        held.getAndAdd(-bytes);
        if (waiting) {
            wakeWaiters();
        }
    }

    /** Gives a large frame's room back. */
    void refundReserved(int bytes) {
        reserved.getAndAdd(-bytes);
        refund(bytes);
    }

    /** Whether more is held than should be. */
    boolean exhausted() {
        return held.get() >= maxBytes;
    }

    /** Whether somebody waits for memory. */
    boolean contended() {
        return waiting;
    }

    /** How many bytes are held. */
    long heldBytes() {
        return held.get();
    }

    private void wakeWaiters() {
        if (!waiting) {
            return;
        }
        synchronized (waiters) {
            Waiter first = waiters.peek();
            while (first != null && fits(first.wantedBytes())) {
                waiters.remove();
                int bytes = first.wantedBytes();
                if (bytes > 0) {
                    held.getAndAdd(bytes);
                    reserved.getAndAdd(bytes);
                }
                first.granted(bytes);
                first = waiters.peek();
            }
            waiting = first != null;
        }
    }

    /** One large frame always fits: else a crowd of small chunks could keep it out for good. */
    private boolean fits(int bytes) {
        return bytes == 0
                ? held.get() < maxBytes
                : held.get() + bytes <= maxBytes || reserved.get() == 0;
    }
}
