package mortise.broker.net;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory for answers of the whole broker: what is reserved for answers that are built, what is
 * encoded and not yet taken by its client, and who waits for room. Thread-safe.
 *
 * <p>Large answers reserve their size before they are built, first come first served. Small ones
 * are counted once they wait for their client; each connection may always have one, which keeps
 * heartbeats and fetches moving when slow readers fill the rest.
 *
 * <p>While somebody waits, {@link #relieve} closes the readers that have taken nothing for the
 * longest time, until there is room.
 */
final class UnsentLimiter {
    private final long maxBytes;
    private final Runnable onPressure;
    private final AtomicLong held = new AtomicLong();
    private final Set<Waiter> waiters = new LinkedHashSet<>();
    private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
    private volatile boolean waiting;

    /** What the first waiter wants: who gives back less need not take the lock. */
    private volatile long wantedByFirst;

    /**
     * A limiter.
     *
     * @param onPressure called when somebody must wait, on any thread and perhaps often
     */
    UnsentLimiter(long maxBytes, Runnable onPressure) {
        this.maxBytes = maxBytes;
        this.onPressure = onPressure;
    }

    /** An answer, or a connection, that wants memory. */
    interface Waiter {
        /** How many bytes must be free; 0 asks only to be called when there is room for any. */
        long wantedBytes();

        /**
         * The bytes have been reserved for this waiter; it stands in the queue no more. Called on
         * any thread.
         */
        void granted();
    }

    /** A connection whose client has not taken all of its answers. */
    interface Reader {
        /** How many bytes of answers wait for the client. */
        long unsentBytes();

        /** When the client last took a byte, or the first of these bytes began to wait. */
        long tookNanos();

        /** Closes the connection unless the client has moved meanwhile. Called on any thread. */
        void tooSlow();
    }

    /** Counts encoded bytes that wait for a client; they are never refused. */
    void charge(long bytes) {
        held.getAndAdd(bytes);
    }

    /** Counts more bytes, or gives some back. */
    void change(long bytes) {
        if (bytes > 0) {
            charge(bytes);
        } else if (bytes < 0) {
            refund(-bytes);
        }
    }

    /** Reserves room for an answer, unless there is none or others wait for it. */
    boolean tryReserve(long bytes) {
        return !waiting && take(bytes);
    }

    /** Takes room if there is any; what does not fit is not counted for a moment either. */
    private boolean take(long bytes) {
        long now = held.get();
        while (fits(now, bytes)) {
            long seen = held.compareAndExchange(now, now + bytes);
            if (seen == now) {
                return true;
            }
            now = seen;
        }
        return false;
    }

    /** Puts a waiter at the end of the queue; it is granted at once if there is room by now. */
    void await(Waiter waiter) {
        synchronized (waiters) {
            waiters.add(waiter);
            noteFirst();
        }
        wakeWaiters();
        if (waiting) {
            onPressure.run();
        }
    }

    /** Takes a waiter out of the queue; false if it is not there, because it was granted. */
    boolean withdraw(Waiter waiter) {
        boolean removed;
        synchronized (waiters) {
            removed = waiters.remove(waiter);
            noteFirst();
        }
        wakeWaiters();
        return removed;
    }

    /** Gives room back. */
    void refund(long bytes) {
        held.getAndAdd(-bytes);
        if (waiting) {
            wakeWaiters();
        }
    }

    /** Whether as much is held as may be. */
    boolean exhausted() {
        return held.get() >= maxBytes;
    }

    /** Whether somebody waits, or would have to. */
    boolean pressed() {
        return waiting || exhausted();
    }

    /** Somebody holds an answer back because the bound is reached. */
    void press() {
        onPressure.run();
    }

    /** How many bytes are held. */
    long heldBytes() {
        return held.get();
    }

    /** The reader has a backlog from now on. */
    void add(Reader reader) {
        readers.add(reader);
        if (exhausted()) {
            onPressure.run();
        }
    }

    /** The reader has taken everything, or is gone. */
    void remove(Reader reader) {
        readers.remove(reader);
    }

    /**
     * Closes those who have taken nothing for so long, the longest first, until there is room for
     * everybody who waits.
     */
    void relieve(long nowNanos, long graceNanos) {
        long missing = missingBytes();
        if (missing <= 0) {
            return;
        }
        for (Reader reader : slowest(nowNanos, graceNanos)) {
            missing -= reader.unsentBytes();
            reader.tooSlow();
            if (missing <= 0) {
                return;
            }
        }
    }

    private List<Reader> slowest(long nowNanos, long graceNanos) {
        // each is looked at once: it goes on moving while the list is sorted
        record Seen(Reader reader, long stillNanos, long unsentBytes) {}
        List<Seen> slow = new ArrayList<>();
        for (Reader reader : readers) {
            long still = nowNanos - reader.tookNanos();
            if (still >= graceNanos) {
                slow.add(new Seen(reader, still, reader.unsentBytes()));
            }
        }
        slow.sort(
                Comparator.comparingLong(Seen::stillNanos)
                        .thenComparingLong(Seen::unsentBytes)
                        .reversed());
        return slow.stream().map(Seen::reader).toList();
    }

    private long missingBytes() {
        long wanted = 1;
        synchronized (waiters) {
            for (Waiter waiter : waiters) {
                wanted += waiter.wantedBytes();
                if (wanted > maxBytes) {
                    break;
                }
            }
        }
        return held.get() + Math.min(wanted, maxBytes) - maxBytes;
    }

    /** Behind the monitor of {@link #waiters}. */
    private void noteFirst() {
        wantedByFirst = waiters.isEmpty() ? 0 : waiters.iterator().next().wantedBytes();
        waiting = !waiters.isEmpty();
    }

    private void wakeWaiters() {
        if (!waiting || !fits(held.get(), wantedByFirst)) {
            return;
        }
        List<Waiter> granted = new ArrayList<>();
        synchronized (waiters) {
            var line = waiters.iterator();
            while (line.hasNext()) {
                Waiter first = line.next();
                if (!take(first.wantedBytes())) {
                    break;
                }
                line.remove();
                granted.add(first);
            }
            noteFirst();
        }
        granted.forEach(Waiter::granted);
    }

    /** One answer always fits, if nothing else is held. */
    private boolean fits(long now, long bytes) {
        return now == 0 || (bytes == 0 ? now < maxBytes : now + bytes <= maxBytes);
    }
}
