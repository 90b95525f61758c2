package mortise.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import mortise.broker.net.InflightLimiter.Room;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of one connection into frames without copying most of them. Confined to the
 * connection's event loop.
 *
 * <p>Bytes are read into a chunk, and frames are views of it. Chunks are as large as recent frames
 * let expect, so that a client which sends frames of one size has none of them copied. Above {@link
 * #LARGEST_CHUNK} a small chunk is read first, of which little can be copied.
 *
 * <p>A frame that does not fit into what is left of its chunk gets a chunk of exactly its size if
 * it is small, or if the client has sent frames of at least half that size: what has arrived of it
 * is copied, the rest is read in place, and the read stops where the frame ends. Any other frame is
 * believed as far as it has arrived: when its chunk is full it gets one twice as large, so that
 * what is claimed and not sent holds no more than what was sent. The steps are halves of the
 * frame's size; together they copy less than one frame.
 *
 * <p>Frames that its sink does not want yet stay in the chunk: it is the queue.
 */
final class FrameDecoder {
    /** The bytes of a frame's length. */
    static final int LENGTH_BYTES = 4;

    /** The smallest chunk, and the only one given when the broker holds too much. */
    static final int SMALLEST_CHUNK = 512;

    /** The first chunk of a connection. */
    private static final int FIRST_CHUNK = 2_048;

    /** How far chunks grow for a client that sends many small frames at once. */
    private static final int LARGEST_SHARED_CHUNK = 32 * 1_024;

    /** How large a single frame may be expected to be. */
    private static final int LARGEST_CHUNK = 256 * 1_024;

    /** The first read of a frame that is expected to be larger than that. */
    private static final int PEEK = 4_096;

    /** After so many reads that left three quarters of the chunk empty, chunks shrink. */
    private static final int READS_BEFORE_SHRINKING = 8;

    private final ByteBufAllocator allocator;
    private final InflightLimiter limiter;
    private final int maxFrameBytes;

    private @Nullable FrameChunk chunk;
    private int start;
    private boolean sniffed;
    private int sharedChunkBytes = FIRST_CHUNK;
    private int expectedFrameBytes;
    private int poorReads;
    private int wantedBytes;
    private int wantedFrameBytes;

    FrameDecoder(ByteBufAllocator allocator, InflightLimiter limiter, int maxFrameBytes) {
        this.allocator = allocator;
        this.limiter = limiter;
        this.maxFrameBytes = maxFrameBytes;
    }

    /** Takes frames. */
    interface Sink {
        /** Whether the next frame may come. */
        boolean ready();

        /**
         * A frame without its length.
         *
         * @param chunk holds the bytes; the sink owns one reference to it from now on
         */
        void frame(FrameChunk chunk, int offset, int length);
    }

    /**
     * Where the next bytes are to be read to. The caller owns one reference to the buffer; if it is
     * released without bytes nothing has happened.
     */
    ByteBuf room() {
        FrameChunk current = chunk;
        if (current == null) {
            current = adopt(FrameChunk.any(allocator, limiter, nextChunkBytes()));
        } else if (!current.buffer().isWritable()) {
            current = moveTo(FrameChunk.any(allocator, limiter, pendingBytes() + SMALLEST_CHUNK));
        }
        return current.buffer().retain();
    }

    /**
     * Takes bytes that were read.
     *
     * @param bytes the buffer that {@link #room} gave, or any other, whose bytes are then copied;
     *     one reference is released
     */
    @SuppressWarnings("ReferenceEquality") // whether the bytes are in the chunk already
    void received(ByteBuf bytes) {
        FrameChunk current = chunk;
        if (current == null || bytes != current.buffer()) {
            copyIn(bytes);
        }
        bytes.release();
    }

    private void copyIn(ByteBuf bytes) {
        while (bytes.isReadable()) {
            ByteBuf target = room();
            int count = Math.min(bytes.readableBytes(), target.writableBytes());
            target.writeBytes(bytes, count);
            target.release();
        }
    }

    /**
     * Gives every frame that is complete to the sink, while it is ready.
     *
     * @throws FrameException if the bytes are no frame
     */
    void decode(Sink sink) {
        FrameChunk current = chunk;
        while (current != null && wantedBytes == 0 && sink.ready()) {
            int available = current.buffer().writerIndex() - start;
            if (available < LENGTH_BYTES) {
                keepTogether(LENGTH_BYTES);
                return;
            }
            int length = frameLength(current);
            if (available < LENGTH_BYTES + length) {
                keepTogether(LENGTH_BYTES + length);
                return;
            }
            int offset = start + LENGTH_BYTES;
            start = offset + length;
            expect(length);
            current.retain();
            sink.frame(current, offset, length);
            current = chunk;
        }
    }

    private int frameLength(FrameChunk current) {
        int length = current.buffer().getInt(start);
        if (!sniffed) {
            sniff(length);
        }
        if (length < 0 || length > maxFrameBytes) {
            throw new FrameException(
                    CloseReason.OVERSIZED,
                    "a request of "
                            + length
                            + " bytes; at most "
                            + maxFrameBytes
                            + " are accepted (net.max-request-bytes)");
        }
        return length;
    }

    private void sniff(int firstWord) {
        FrameException mismatch =
                switch (FirstBytes.of(firstWord)) {
                    case TLS ->
                            new FrameException(
                                    CloseReason.TLS,
                                    "a TLS handshake on a plaintext listener; set security.protocol=PLAINTEXT in the client, or connect it to a TLS listener");
                    case HTTP ->
                            new FrameException(
                                    CloseReason.HTTP,
                                    "an HTTP request on a Kafka listener; point the HTTP client elsewhere");
                    case KAFKA -> null;
                };
        if (mismatch != null) {
            throw mismatch;
        }
        sniffed = true;
    }

    /** Makes sure that {@code bytes} from the start of the next frame lie in one chunk. */
    private void keepTogether(int bytes) {
        FrameChunk current = chunk;
        if (current == null) {
            return;
        }
        int capacity = current.buffer().capacity();
        boolean empty = pendingBytes() == 0;
        if (empty ? capacity - start >= capacity / 4 : capacity - start >= bytes) {
            return;
        }
        int shared = nextChunkBytes();
        if (empty) {
            discard();
        } else if (bytes <= shared) {
            moveTo(FrameChunk.any(allocator, limiter, shared));
        } else if (bytes <= 2L * expectedFrameBytes) {
            grow(current, bytes, bytes);
        } else if (!current.buffer().isWritable()) {
            grow(current, step(bytes, Math.max(FIRST_CHUNK, pendingBytes() + 1)), bytes);
        }
    }

    /** The smallest of a frame, its half, its quarter and so on that has at least so many bytes. */
    private static int step(int frameBytes, int least) {
        int step = frameBytes;
        while (step / 2 + 1 >= least) {
            step = step / 2 + 1;
        }
        return step;
    }

    /** Moves what has arrived of a frame to a larger chunk, or waits for the room. */
    private void grow(FrameChunk current, int capacity, int frameBytes) {
        if (capacity <= (limiter.exhausted() ? PEEK : LARGEST_SHARED_CHUNK)) {
            moveTo(FrameChunk.any(allocator, limiter, capacity));
            return;
        }
        Room room = Room.BEYOND;
        if (current.beyond()) {
            limiter.reserveAnyway(frameBytes, capacity);
        } else {
            room = limiter.tryReserve(frameBytes, capacity);
        }
        if (room == Room.NONE) {
            wantedBytes = capacity;
            wantedFrameBytes = frameBytes;
        } else {
            moveToReserved(capacity, frameBytes, room);
        }
    }

    /** How much room a large frame waits for in the {@link InflightLimiter}; 0 if none does. */
    int wantedBytes() {
        return wantedBytes;
    }

    /** The size of the frame that waits. */
    int wantedFrameBytes() {
        return wantedFrameBytes;
    }

    /** The room that was waited for has been reserved. */
    void granted(Room room, int bytes, int frameBytes) {
        boolean wanted = chunk != null && wantedBytes == bytes;
        wantedBytes = 0;
        if (wanted && pendingBytes() <= bytes) {
            moveToReserved(bytes, frameBytes, room);
        } else {
            limiter.refundReserved(frameBytes, bytes, room);
        }
    }

    /**
     * Gives back room that was given in trust and has not been filled, because others wait for
     * memory; the client has to earn the trust again. What has arrived stays.
     */
    void reclaim() {
        FrameChunk current = chunk;
        int pending = pendingBytes();
        if (current == null || pending == 0 || wantedBytes > 0 || !current.unshared()) {
            return;
        }
        expectedFrameBytes = 0;
        int capacity = Math.max(SMALLEST_CHUNK, 2 * pending);
        if (capacity > current.buffer().capacity() / 2) {
            return;
        }
        int frameBytes = current.frameBytes();
        if (frameBytes == 0) {
            moveTo(FrameChunk.any(allocator, limiter, capacity));
        } else {
            limiter.reserveAnyway(frameBytes, capacity);
            moveToReserved(capacity, frameBytes, current.beyond() ? Room.BEYOND : Room.WITHIN);
        }
    }

    /** How many bytes have arrived that are no frame yet, or not wanted yet. */
    int pendingBytes() {
        FrameChunk current = chunk;
        return current == null ? 0 : current.buffer().writerIndex() - start;
    }

    /** A run of reads is over, which read so many bytes. */
    void readComplete(int bytes) {
        if (bytes >= sharedChunkBytes) {
            sharedChunkBytes = Math.min(sharedChunkBytes * 2, LARGEST_SHARED_CHUNK);
            poorReads = 0;
        } else if (bytes < sharedChunkBytes / 4 && ++poorReads == READS_BEFORE_SHRINKING) {
            sharedChunkBytes = Math.max(sharedChunkBytes / 2, SMALLEST_CHUNK);
            poorReads = 0;
        }
        if (pendingBytes() == 0 && wantedBytes == 0) {
            discard();
        }
    }

    /** Lets go of what has arrived, and waits for nothing. */
    void close() {
        wantedBytes = 0;
        discard();
    }

    private void expect(int length) {
        int shortfall = expectedFrameBytes - length;
        expectedFrameBytes = shortfall <= 0 ? length : expectedFrameBytes - (shortfall + 3) / 4;
    }

    private int nextChunkBytes() {
        if (limiter.exhausted()) {
            return SMALLEST_CHUNK;
        }
        int expected = expectedFrameBytes + LENGTH_BYTES;
        if (expected <= sharedChunkBytes) {
            return sharedChunkBytes;
        }
        return expected <= LARGEST_CHUNK ? expected : PEEK;
    }

    private FrameChunk adopt(FrameChunk next) {
        chunk = next;
        start = 0;
        return next;
    }

    /** Moves on to a chunk whose room has been reserved for a frame. */
    private void moveToReserved(int capacity, int frameBytes, Room room) {
        FrameChunk current = chunk;
        if (room == Room.BEYOND && current != null) {
            current.leaveBeyond();
        }
        moveTo(FrameChunk.reserved(allocator, limiter, capacity, frameBytes, room));
    }

    private FrameChunk moveTo(FrameChunk next) {
        FrameChunk current = chunk;
        if (current != null) {
            next.buffer().writeBytes(current.buffer(), start, pendingBytes());
            current.release();
        }
        return adopt(next);
    }

    private void discard() {
        FrameChunk current = chunk;
        chunk = null;
        start = 0;
        if (current != null) {
            current.release();
        }
    }
}
