package mortise.broker.net;

import io.netty.channel.ChannelConfig;
import mortise.broker.net.InflightLimiter.Room;
import org.jspecify.annotations.Nullable;

/**
 * Whether a connection reads its socket, and what of the broker's memory it waits for before it
 * does again. A part of {@link Connection}, confined to its event loop, except that the limiter
 * grants room on any thread.
 */
final class Reading implements InflightLimiter.Waiter {
    private final InflightLimiter limiter;
    private final FrameDecoder decoder;
    private final ChannelConfig socket;
    private final Runnable wake;
    private final Runnable memoryShort;

    private boolean awaiting;
    private int awaitedBytes;
    private int awaitedFrameBytes;
    private volatile @Nullable Room granted;

    /**
     * The reading of a connection's socket.
     *
     * @param wake has the connection look again; called on any thread when there is room
     * @param memoryShort called when it begins to wait for memory that others hold
     */
    Reading(
            InflightLimiter limiter,
            FrameDecoder decoder,
            ChannelConfig socket,
            Runnable wake,
            Runnable memoryShort) {
        this.limiter = limiter;
        this.decoder = decoder;
        this.socket = socket;
        this.wake = wake;
        this.memoryShort = memoryShort;
    }

    /** Whether the socket is read as soon as it has bytes. */
    boolean on() {
        return socket.isAutoRead();
    }

    void turn(boolean read) {
        if (read != socket.isAutoRead()) {
            socket.setAutoRead(read);
        }
    }

    /**
     * Whether there is too little memory to read on; if so, the connection is woken when there is
     * more.
     *
     * @param busy whether requests are in flight, whose end gives memory back
     */
    boolean memoryIsShort(boolean busy) {
        int wanted = decoder.wantedBytes();
        if (wanted == 0 && (!busy || !limiter.exhausted())) {
            return false;
        }
        if (awaiting && wanted > 0 && awaitedBytes == 0 && limiter.withdraw(this)) {
            awaiting = false; // it only asked to be told, and now it needs a place in line
        }
        if (!awaiting) {
            awaiting = true;
            awaitedBytes = wanted;
            awaitedFrameBytes = decoder.wantedFrameBytes();
            limiter.await(this);
            if (limiter.contended()) {
                memoryShort.run();
            }
        }
        return true;
    }

    @Override
    public int wantedBytes() {
        return awaitedBytes;
    }

    @Override
    public int frameBytes() {
        return awaitedFrameBytes;
    }

    @Override
    public void granted(Room room) {
        granted = room;
        wake.run();
    }

    /** Hands room that was granted to the decoder. */
    void takeGrant() {
        Room room = granted;
        if (room == null) {
            return;
        }
        granted = null;
        awaiting = false;
        if (awaitedBytes > 0) {
            decoder.granted(room, awaitedBytes, awaitedFrameBytes);
        }
    }

    /** Waits for nothing any more. */
    void ended() {
        if (awaiting) {
            limiter.withdraw(this);
        }
    }
}
