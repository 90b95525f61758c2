package mortise.broker.net;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The heap that decoded requests take in the whole broker: what is held from decoding a request
 * until it is done, and who waits for more. Thread-safe.
 *
 * <p>A request is decoded with a small {@link #allowance}, which nearly all need; one that exceeds
 * it is put aside and stands in line, first come first served, until what it may take at most has
 * been reserved for it. While more is held than should be, or somebody waits, the allowance is
 * {@link #LEAST_ALLOWANCE}, which keeps heartbeats and fetches going. One request of the line
 * always fits, else a crowd of small ones could keep it out for good.
 */
final class HeapLimiter {
    /** What a request may decode to when there is room. */
    static final long USUAL_ALLOWANCE = 1 << 20;

    /** What the only request of a connection may decode to when there is none. */
    static final long LEAST_ALLOWANCE = 16 << 10;

    /** What a byte of a request may decode to, and what any request may. */
    private static final long MOST_PER_BYTE = 64;

    private static final long MOST_BESIDES = 8 << 10;

    private final long maxBytes;
    private final AtomicLong held = new AtomicLong();
    private final Queue<Waiter> line = new ArrayDeque<>();
    private final Queue<Waiter> told = new ArrayDeque<>();
    private final Object lock = new Object();

    /** Requests that were granted room and are not done; guarded by the lock. */
    private int granted;

    private volatile boolean standing;
    private volatile boolean waiting;

    HeapLimiter(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Wants heap. Its methods are called on any thread, under the limiter's lock. */
    interface Waiter {
        /** How many bytes to reserve; 0 asks only to be told when less is held than may be. */
        long wantedBytes();

        /** The bytes have been reserved; the waiter stands in line no more. */
        void granted();
    }

    /** The most heap that a request of that size can be expected to take. */
    static long mostDecodedBytes(int requestBytes) {
        return MOST_BESIDES + MOST_PER_BYTE * requestBytes;
    }

    /** Counts what requests take, or, negative, what they take no more. */
    void add(long bytes) {
        held.getAndAdd(bytes);
        if (bytes < 0 && waiting) {
            serve();
        }
    }

    /** How much heap a request may take without standing in line. */
    long allowance() {
        return standing || exhausted() ? LEAST_ALLOWANCE : USUAL_ALLOWANCE;
    }

    /** Whether as much is held as should be. */
    boolean exhausted() {
        return held.get() >= maxBytes;
    }

    /** Whether somebody waits. */
    boolean contended() {
        return waiting;
    }

    /** How many bytes are held. */
    long heldBytes() {
        return held.get();
    }

    /** Puts a waiter at the end of the line; it is granted at once if there is room by now. */
    void await(Waiter waiter) {
        synchronized (lock) {
            queue(waiter).add(waiter);
            waiting = true;
        }
        serve();
    }

    /** Takes a waiter out of the line; false if it was granted already. */
    boolean withdraw(Waiter waiter) {
        boolean removed;
        synchronized (lock) {
            removed = queue(waiter).remove(waiter);
        }
        serve();
        return removed;
    }

    /** A request for which bytes were reserved is done, or will not be decoded. */
    void finished() {
        synchronized (lock) {
            granted--;
        }
        serve();
    }

    private Queue<Waiter> queue(Waiter waiter) {
        return waiter.wantedBytes() == 0 ? told : line;
    }

    private void serve() {
        if (!waiting) {
            return;
        }
        synchronized (lock) {
            Waiter first = line.peek();
            while (first != null && fits(first.wantedBytes())) {
                line.remove();
                held.getAndAdd(first.wantedBytes());
                granted++;
                first.granted();
                first = line.peek();
            }
            while (!told.isEmpty() && !exhausted()) {
                told.remove().granted();
            }
            standing = first != null;
            waiting = standing || !told.isEmpty();
        }
    }

    private boolean fits(long bytes) {
        return granted == 0 || held.get() + bytes <= maxBytes;
    }
}
