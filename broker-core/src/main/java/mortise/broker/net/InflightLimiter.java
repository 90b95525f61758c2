package mortise.broker.net;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory for received data of the whole broker: what is held, and who waits for more.
 * Thread-safe.
 *
 * <p>Small receive chunks are only counted: each connection may always hold one, which keeps
 * heartbeats and fetches moving when frames fill the rest. A chunk for a larger frame is reserved
 * before it is made, and stands in one of two {@link FrameLine}s for it: frames up to {@link
 * #smallFrameBytes} in one, larger ones in the other. The larger ones may hold three quarters of
 * the bound together, so that they never keep the small ones out.
 */
final class InflightLimiter {
    /** How many small frames make up the bound. */
    private static final int SMALL_FRAMES = 128;

    private final long maxBytes;
    private final AtomicLong held = new AtomicLong();
    private final FrameLine small;
    private final FrameLine large;
    private final Queue<Waiter> told = new ArrayDeque<>();
    private final Object lock = new Object();
    private volatile boolean waiting;

    InflightLimiter(long maxBytes) {
        this.maxBytes = maxBytes;
        this.small = new FrameLine(maxBytes);
        this.large = new FrameLine(maxBytes - maxBytes / 4);
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

        /** The size of the frame that the bytes are for. */
        int frameBytes();

        /** The room is there; the waiter stands in line no more. */
        void granted(Room room);
    }

    /** What became of a wish for room. */
    enum Room {
        /** There is none; whoever wants it must wait. */
        NONE,
        /** It has been reserved within the bound. */
        WITHIN,
        /**
         * It has been reserved beyond the bound, as one frame of each line may: what else this
         * frame needs is reserved in any case, and the next frame may go beyond the bound when this
         * one's memory is given back.
         */
        BEYOND
    }

    /** The largest frame that stands in the line of small ones. */
    int smallFrameBytes() {
        return (int) Math.min(Integer.MAX_VALUE, maxBytes / SMALL_FRAMES);
    }

    /** Counts a small chunk, which is never refused. */
    void charge(int bytes) {
        held.getAndAdd(bytes);
    }

    /** Reserves room for a frame, unless there is none or others wait for it. */
    Room tryReserve(int frameBytes, int bytes) {
        FrameLine line = line(frameBytes);
        synchronized (lock) {
            return line.waiters.isEmpty() ? reserve(line, bytes) : Room.NONE;
        }
    }

    /** Reserves room for a frame that may go beyond the bound, or that gives back more. */
    void reserveAnyway(int frameBytes, int bytes) {
        held.getAndAdd(bytes);
        line(frameBytes).held.getAndAdd(bytes);
    }

    /** Puts a waiter at the end of its line; it is granted at once if there is room by now. */
    void await(Waiter waiter) {
        synchronized (lock) {
            queue(waiter).add(waiter);
            waiting = true;
        }
        serve();
    }

    /** Takes a waiter out of its line; false if it was granted already. */
    boolean withdraw(Waiter waiter) {
        boolean removed;
        synchronized (lock) {
            removed = queue(waiter).remove(waiter);
        }
        serve();
        return removed;
    }

    /** Gives a small chunk back. */
    void refund(int bytes) {
        held.getAndAdd(-bytes);
        if (waiting) {
            serve();
        }
    }

    /**
     * Gives a frame's room back.
     *
     * @param room as it was reserved
     */
    void refundReserved(int frameBytes, int bytes, Room room) {
        FrameLine line = line(frameBytes);
        line.held.getAndAdd(-bytes);
        held.getAndAdd(-bytes);
        if (room == Room.BEYOND) {
            synchronized (lock) {
                line.beyond = false;
            }
        }
        if (waiting) {
            serve();
        }
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

    private FrameLine line(int frameBytes) {
        return frameBytes <= smallFrameBytes() ? small : large;
    }

    private Queue<Waiter> queue(Waiter waiter) {
        return waiter.wantedBytes() == 0 ? told : line(waiter.frameBytes()).waiters;
    }

    private void serve() {
        if (!waiting) {
            return;
        }
        synchronized (lock) {
            serve(small);
            serve(large);
            while (!told.isEmpty() && held.get() < maxBytes) {
                told.remove().granted(Room.WITHIN);
            }
            waiting = !small.waiters.isEmpty() || !large.waiters.isEmpty() || !told.isEmpty();
        }
    }

    private void serve(FrameLine line) {
        Waiter first = line.waiters.peek();
        while (first != null) {
            Room room = reserve(line, first.wantedBytes());
            if (room == Room.NONE) {
                return;
            }
            line.waiters.remove();
            first.granted(room);
            first = line.waiters.peek();
        }
    }

    /** Reserves what is first in its line; under the lock. */
    private Room reserve(FrameLine line, int bytes) {
        Room room =
                line.held.get() + bytes <= line.maxBytes && held.get() + bytes <= maxBytes
                        ? Room.WITHIN
                        : line.beyond ? Room.NONE : Room.BEYOND;
        if (room == Room.BEYOND) {
            line.beyond = true;
        }
        if (room != Room.NONE) {
            held.getAndAdd(bytes);
            line.held.getAndAdd(bytes);
        }
        return room;
    }

    /**
     * Frames of similar size that want room, first come first served; guarded by the limiter's
     * lock, except for what is held. If none of its frames is beyond the bound, the first in line
     * may go there: else frames that have arrived in part could hold all the room that each of them
     * needs to be complete.
     */
    private static final class FrameLine {
        private final long maxBytes;
        private final AtomicLong held = new AtomicLong();
        private final Queue<Waiter> waiters = new ArrayDeque<>();
        private boolean beyond;

        private FrameLine(long maxBytes) {
            this.maxBytes = maxBytes;
        }
    }
}
