package mortise.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import mortise.broker.net.InflightLimiter.Room;

/**
 * A piece of received bytes, and the memory that the frames in it share. It is owned by its
 * references: one of the decoder while it reads into it or out of it, and one of each frame whose
 * request is not done. The last one to go gives the memory, and its place in the {@link
 * InflightLimiter}, back. Thread-safe.
 */
final class FrameChunk {
    private static final VarHandle REFERENCES;

    static {
        try {
            REFERENCES =
                    MethodHandles.lookup().findVarHandle(FrameChunk.class, "references", int.class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    private final ByteBuf buffer;
    private final InflightLimiter limiter;
    private final int charged;

    /** The size of the frame that it was reserved for; 0 for a chunk that is only counted. */
    private final int frameBytes;

    /** How it was reserved; changed by the decoder while that has the only reference. */
    private Room room;

    @SuppressWarnings("unused") // through REFERENCES
    private volatile int references = 1;

    private FrameChunk(
            ByteBuf buffer, InflightLimiter limiter, int charged, int frameBytes, Room room) {
        this.buffer = buffer;
        this.limiter = limiter;
        this.charged = charged;
        this.frameBytes = frameBytes;
        this.room = room;
    }

    /** A chunk for whatever comes next. */
    static FrameChunk any(ByteBufAllocator allocator, InflightLimiter limiter, int capacity) {
        ByteBuf buffer = allocator.directBuffer(capacity, capacity);
        limiter.charge(capacity);
        return new FrameChunk(buffer, limiter, capacity, 0, Room.NONE);
    }

    /**
     * A chunk for a frame, or the part of it that has arrived, whose capacity has been reserved; it
     * is refunded on failure.
     */
    static FrameChunk reserved(
            ByteBufAllocator allocator,
            InflightLimiter limiter,
            int capacity,
            int frameBytes,
            Room room) {
        ByteBuf buffer;
        try {
            buffer = allocator.directBuffer(capacity, capacity);
        } catch (RuntimeException | Error exhausted) {
            limiter.refundReserved(frameBytes, capacity, room);
            throw exhausted;
        }
        return new FrameChunk(buffer, limiter, capacity, frameBytes, room);
    }

    /** The size of the frame that it was reserved for; 0 if it is only counted. */
    int frameBytes() {
        return frameBytes;
    }

    /**
     * Another chunk of the same frame stands for its right to go beyond the bound from now on. For
     * who has the only reference.
     */
    void leaveBeyond() {
        if (room == Room.BEYOND) {
            room = Room.WITHIN;
        }
    }

    /** Whether its frame may go beyond the bound. */
    boolean beyond() {
        return room == Room.BEYOND;
    }

    /** Whether nobody else has a reference. For who has one. */
    boolean unshared() {
        return references == 1;
    }

    /** The bytes: read up to the writer index, room for more behind it. */
    ByteBuf buffer() {
        return buffer;
    }

    /** A view of some of the bytes; valid while the caller holds a reference. */
    ByteBuffer view(int index, int length) {
        return buffer.nioBuffer(index, length);
    }

    /** Adds a reference. */
    void retain() {
        REFERENCES.getAndAdd(this, 1);
    }

    /** Gives a reference back. */
    void release() {
        int before = (int) REFERENCES.getAndAdd(this, -1);
        if (before == 1) {
            buffer.release();
            if (frameBytes > 0) {
                limiter.refundReserved(frameBytes, charged, room);
            } else {
                limiter.refund(charged);
            }
        } else if (before < 1) {
            throw new IllegalStateException("a received chunk was released once too often");
        }
    }
}
