package mortise.broker.net;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;
import mortise.api.Clock;
import org.jspecify.annotations.Nullable;

/**
 * What a connection's channel holds because its client has not taken it, and how that counts
 * against the broker's bound. A part of {@link Connection}, confined to its event loop, except for
 * what the limiter asks.
 */
final class UnsentAnswers implements UnsentLimiter.Reader {
    /** Fewer bytes than these are not counted: a head whose records are with the kernel. */
    private static final int COUNTED_BYTES = 1_024;

    private final Connection connection;
    private final Channel channel;
    private final UnsentLimiter limiter;
    private final Clock clock;

    /** What the broker's bound counts. */
    private volatile long countedBytes;

    private volatile long tookNanos;
    private @Nullable Object headSeen;
    private long headProgress;
    private long pendingSeen;
    private boolean drainMarked;

    /** Whether an answer is held back because the broker's bound is reached. */
    private boolean heldBack;

    /** Null until an answer was held back for the first time. */
    private UnsentLimiter.@Nullable Waiter roomWaiter;

    UnsentAnswers(Connection connection, Channel channel, UnsentLimiter limiter, Clock clock) {
        this.connection = connection;
        this.channel = channel;
        this.limiter = limiter;
        this.clock = clock;
    }

    /** Waits to be told that the broker holds less. */
    private final class RoomWaiter implements UnsentLimiter.Waiter {
        @Override
        public long wantedBytes() {
            return 0;
        }

        @Override
        public void granted() {
            connection.wake();
        }
    }

    /** Whether the answer that is next must wait, and no request may start before it. */
    boolean heldBack() {
        return heldBack;
    }

    /**
     * Whether an answer may be encoded though the broker's bound may be reached: a small one to a
     * client that has taken all before, or one whose memory is counted already.
     */
    boolean mayEncode(NettyRequest request) {
        heldBack = false;
        if (!mustWait(request)) {
            return true;
        }
        connection.flush();
        if (!mustWait(request)) {
            return true;
        }
        heldBack = true;
        if (countedBytes == 0) {
            limiter.await(roomWaiter());
        } else {
            limiter.press();
        }
        return false;
    }

    private boolean mustWait(NettyRequest request) {
        return (countedBytes > 0 || request.large()) && !request.reserved() && limiter.exhausted();
    }

    private UnsentLimiter.Waiter roomWaiter() {
        UnsentLimiter.Waiter waiter = roomWaiter;
        if (waiter == null) {
            waiter = new RoomWaiter();
            roomWaiter = waiter;
        }
        return waiter;
    }

    /** Whether nothing more is to be copied for this client before it has taken what waits. */
    boolean crowded() {
        return limiter.exhausted() && pendingBytes() >= COUNTED_BYTES;
    }

    private long pendingBytes() {
        ChannelOutboundBuffer buffer = buffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    private @Nullable ChannelOutboundBuffer buffer() {
        return connection.closed() ? null : channel.unsafe().outboundBuffer();
    }

    /** Tells the broker's bound how many bytes wait for this client. */
    void count() {
        count(0);
    }

    /**
     * Tells the broker's bound how many bytes wait for this client, in the place of what was
     * reserved for an answer that is among them by now: no byte is counted twice on the way.
     */
    void count(long reservedBytes) {
        long pending = pendingBytes();
        long counted = pending < COUNTED_BYTES ? 0 : pending;
        long before = countedBytes;
        countedBytes = counted;
        limiter.change(counted - before - reservedBytes);
        if (counted != before) {
            changed(before, counted);
        }
        if (counted > 0) {
            markDrain();
        } else if (!connection.closed()
                && ((heldBack && before > 0) || connection.hasMoreToWrite())) {
            connection.wake();
        }
    }

    private void changed(long before, long counted) {
        if (before == 0) {
            tookNanos = clock.nanoTime();
            noteTaken(tookNanos);
            limiter.add(this);
        } else if (counted == 0) {
            headSeen = null;
            limiter.remove(this);
        }
    }

    /** Has {@link #count} called when what waits now is with the socket. */
    private void markDrain() {
        if (drainMarked) {
            return;
        }
        drainMarked = true;
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(drained -> {
                    drainMarked = false;
                    count();
                });
    }

    /** Counts nothing any more, and waits for nothing. */
    void ended() {
        count();
        UnsentLimiter.Waiter waiter = roomWaiter;
        if (waiter != null) {
            limiter.withdraw(waiter);
        }
    }

    @Override
    public long unsentBytes() {
        return countedBytes;
    }

    @Override
    public long tookNanos() {
        return tookNanos;
    }

    /** Looks whether the client has taken anything since the last look. */
    @SuppressWarnings("ReferenceEquality") // whether it is the same entry, whatever its bytes
    void noteTaken(long nowNanos) {
        ChannelOutboundBuffer buffer = buffer();
        if (buffer == null || countedBytes == 0) {
            return;
        }
        Object head = buffer.current();
        long progress = buffer.currentProgress();
        long pending = buffer.totalPendingWriteBytes();
        if (head != headSeen || progress != headProgress || pending < pendingSeen) {
            tookNanos = nowNanos;
        }
        headSeen = head;
        headProgress = progress;
        pendingSeen = pending;
    }

    /** For how long the client has taken none of what waits, if that is too long; else null. */
    @Nullable Duration standsStill(Duration bound) {
        long now = clock.nanoTime();
        noteTaken(now);
        count();
        long still = now - tookNanos;
        return countedBytes == 0 || still < bound.toNanos() ? null : Duration.ofNanos(still);
    }

    @Override
    public void tooSlow() {
        connection.execute(connection::endIfSlow);
    }
}
