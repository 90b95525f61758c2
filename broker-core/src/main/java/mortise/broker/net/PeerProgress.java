package mortise.broker.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/**
 * When a client last moved: sent bytes, finished a frame, or took bytes of its answers. Confined to
 * its connection's event loop; times are of the broker's monotonic clock, in nanoseconds.
 */
final class PeerProgress {
    private final ConnectionBounds.Timeouts timeouts;
    private final Channel channel;
    private long readNanos;
    private long activeNanos;
    private long outputMark;

    /** Whether a frame is incomplete through no fault of ours, and since when. */
    private boolean frameBegun;

    private long frameSinceNanos;

    PeerProgress(ConnectionBounds.Timeouts timeouts, Channel channel, long nowNanos) {
        this.timeouts = timeouts;
        this.channel = channel;
        this.activeNanos = nowNanos;
    }

    /** Why a connection is to be closed; without words if nobody needs to read of it. */
    record Stall(CloseReason reason, @Nullable String what) {}

    /** When bytes last arrived. */
    long readNanos() {
        return readNanos;
    }

    void received(long nowNanos) {
        readNanos = nowNanos;
        activeNanos = nowNanos;
    }

    /** The client has begun a frame and owes the rest, since its last bytes. */
    void frameBegun() {
        frameBegun(readNanos);
    }

    /** The client owes the rest of a frame from now on, which has waited for us before. */
    void frameBegun(long nowNanos) {
        if (!frameBegun) {
            frameBegun = true;
            frameSinceNanos = nowNanos;
        }
    }

    /** The client owes nothing: its frame is complete, or waits for us. */
    void frameDone() {
        frameBegun = false;
    }

    /**
     * Why the client has stood still for too long, or null.
     *
     * @param contended whether others wait for memory that it holds
     * @param holdsUp whether its requests wait for it to take answers, and others for their memory
     */
    @Nullable Stall stalled(long nowNanos, boolean contended, boolean holdsUp) {
        if (frameBegun && nowNanos - frameSinceNanos >= timeouts.frame().toNanos()) {
            return new Stall(
                    CloseReason.SLOW_FRAME,
                    "a request that did not arrive in full within "
                            + timeouts.frame().toMillis()
                            + " ms of its first byte (net.frame-timeout)");
        }
        long still = nowNanos - Math.max(readNanos, frameSinceNanos);
        if (frameBegun && contended && still >= timeouts.stall().toNanos()) {
            return new Stall(
                    CloseReason.SLOW_FRAME,
                    "a request that stopped arriving for "
                            + timeouts.stall().toMillis()
                            + " ms while others waited for its memory (net.stall-timeout)");
        }
        long mark = outputMark();
        if (mark != outputMark) {
            outputMark = mark;
            activeNanos = nowNanos;
        }
        if (holdsUp && nowNanos - activeNanos >= timeouts.stall().toNanos()) {
            return new Stall(
                    CloseReason.IDLE,
                    "a client that took nothing of its responses for "
                            + timeouts.stall().toMillis()
                            + " ms while others waited for the memory of its requests (net.stall-timeout)");
        }
        return nowNanos - activeNanos >= timeouts.idle().toNanos()
                ? new Stall(CloseReason.IDLE, null)
                : null;
    }

    /** A number that changes when the socket takes bytes. */
    private long outputMark() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null || buffer.isEmpty()
                ? 0
                : 1
                        + buffer.totalPendingWriteBytes() * 31
                        + buffer.currentProgress() * 17
                        + buffer.size();
    }
}
