package mortise.broker.net;

import org.jspecify.annotations.Nullable;

/**
 * One connection's place in the line of the {@link HeapLimiter}: for room to decode a request that
 * was put aside, or to be told when less heap is held. Confined to the connection's event loop,
 * except that the limiter grants it on any thread.
 */
final class HeapWish implements HeapLimiter.Waiter {
    private final HeapLimiter limiter;
    private final Runnable wake;
    private @Nullable NettyRequest request;
    private boolean waiting;
    private volatile long wantedBytes;
    private volatile boolean granted;

    /**
     * A wish of a connection that wants nothing yet.
     *
     * @param wake called on any thread when the wish is granted
     */
    HeapWish(HeapLimiter limiter, Runnable wake) {
        this.limiter = limiter;
        this.wake = wake;
    }

    /** Waits until less heap is held than may be. */
    void awaitRoom() {
        if (!waiting) {
            waiting = true;
            wantedBytes = 0;
            limiter.await(this);
        }
    }

    /** Waits until a request may take so many bytes. */
    void await(NettyRequest undecoded, long bytes) {
        withdraw();
        request = undecoded;
        waiting = true;
        wantedBytes = bytes;
        limiter.await(this);
    }

    /** The request that waited, if its bytes have been reserved; it is the caller's then. */
    @Nullable NettyRequest take() {
        if (!granted) {
            return null;
        }
        granted = false;
        waiting = false;
        NettyRequest undecoded = request;
        request = null;
        return undecoded;
    }

    /** The bytes that were reserved for the request that was taken. */
    long reservedBytes() {
        return wantedBytes;
    }

    /** Waits no more, and gives back what was reserved; the request that was put aside, if any. */
    @Nullable NettyRequest withdraw() {
        NettyRequest undecoded = request;
        request = null;
        if (waiting && !limiter.withdraw(this) && undecoded != null) {
            limiter.add(-wantedBytes);
            limiter.finished();
        }
        waiting = false;
        granted = false;
        return undecoded;
    }

    @Override
    public long wantedBytes() {
        return wantedBytes;
    }

    @Override
    public void granted() {
        granted = true;
        wake.run();
    }
}
