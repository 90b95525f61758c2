package mortise.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

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
    private final boolean reserved;

    @SuppressWarnings("unused") // through REFERENCES
    private volatile int references = 1;

    private FrameChunk(ByteBuf buffer, InflightLimiter limiter, int charged, boolean reserved) {
        this.buffer = buffer;
        this.limiter = limiter;
        this.charged = charged;
        this.reserved = reserved;
    }

    /** A chunk for whatever comes next. */
    static FrameChunk any(ByteBufAllocator allocator, InflightLimiter limiter, int capacity) {
        ByteBuf buffer = allocator.directBuffer(capacity, capacity);
        limiter.charge(capacity);
        return new FrameChunk(buffer, limiter, capacity, false);
    }

    /** A chunk for one large frame, whose size has been reserved; it is refunded on failure. */
    static FrameChunk reserved(ByteBufAllocator allocator, InflightLimiter limiter, int capacity) {
        ByteBuf buffer;
        try {
            buffer = allocator.directBuffer(capacity, capacity);
        } catch (RuntimeException | Error exhausted) {
            limiter.refundReserved(capacity);
            throw exhausted;
        }
        return new FrameChunk(buffer, limiter, capacity, true);
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
            if (reserved) {
                limiter.refundReserved(charged);
            } else {
                limiter.refund(charged);
            }
        } else if (before < 1) {
            throw new IllegalStateException("a received chunk was released once too often");
        }
    }
}
