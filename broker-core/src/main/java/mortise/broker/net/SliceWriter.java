package mortise.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import mortise.broker.request.ResponsePayloads;
import mortise.broker.request.SlicePayload;
import mortise.spi.storage.FileRange;
import mortise.spi.storage.LogSlice;
import mortise.wire.ApiMessage;
import mortise.wire.Frames;
import mortise.wire.Gathered;
import mortise.wire.Payload;
import mortise.wire.Splice;
import mortise.wire.message.ResponseHeader;
import org.jspecify.annotations.Nullable;

/**
 * Turns responses into bytes on one connection's socket. Everything but records is encoded into
 * pooled buffers, which small responses of one turn share; records that lie in a file or in memory
 * outside of the heap are sent from there, others are copied piece by piece as the socket takes
 * them. Confined to the connection's event loop.
 *
 * <p>It owns the slices of a response from {@link #write} on, until they are handed to the channel.
 */
final class SliceWriter implements IntFunction<ByteBuffer> {
    /** The class of files whose descriptor the kernel knows. */
    private static final String KERNEL_FILE = "sun.nio.ch.FileChannelImpl";

    /** What small responses share. */
    private static final int SHARED_HEAD_BYTES = 4_096;

    /** The pieces in which records are copied. */
    private static final int COPY_BYTES = 64 * 1_024;

    private final ChannelHandlerContext ctx;
    private final Channel channel;
    private final NetTelemetry telemetry;
    private final int maxUnsentBytes;
    private final BooleanSupplier crowded;
    private final Runnable roomAgain;

    /** Encoded bytes that the channel has not been given yet, from {@link #headStart} on. */
    private @Nullable ByteBuf heads;

    private int headStart;
    private int encodedAt;
    private boolean moreFollow;
    private boolean dirty;

    /**
     * The payloads of the response at hand, of which those before {@link #splice} are handed over.
     */
    private List<Splice> splices = List.of();

    private int splice;
    private int copied;
    private long unsentRegionBytes;

    /**
     * A writer for one connection.
     *
     * @param crowded whether the broker holds so much that no more is copied for this client before
     *     it has taken what waits
     * @param roomAgain called when the socket has taken records and there is room for more
     */
    SliceWriter(
            ChannelHandlerContext ctx,
            NetTelemetry telemetry,
            int maxUnsentBytes,
            BooleanSupplier crowded,
            Runnable roomAgain) {
        this.ctx = ctx;
        this.channel = ctx.channel();
        this.telemetry = telemetry;
        this.maxUnsentBytes = maxUnsentBytes;
        this.crowded = crowded;
        this.roomAgain = roomAgain;
    }

    /** Whether the next response may be given. */
    boolean hasRoom() {
        return splice == splices.size()
                && channel.isWritable()
                && unsentRegionBytes < maxUnsentBytes;
    }

    /** Whether every response given is with the channel, or will be with the next flush. */
    boolean handedOver() {
        return splice == splices.size();
    }

    /**
     * Encodes a response; its bytes go to the channel now or with {@link #resume} and {@link
     * #flush}.
     *
     * @param more whether another response follows at once, with which it may share a buffer
     */
    void write(
            short headerVersion,
            int correlationId,
            ApiMessage response,
            short version,
            boolean more) {
        moreFollow = more;
        Gathered frame;
        try {
            frame =
                    Frames.encodeGathering(
                            headerVersion,
                            new ResponseHeader().correlationId(correlationId),
                            response,
                            version,
                            this);
            ResponsePayloads.closeEmpty(response);
        } catch (RuntimeException | Error failure) {
            ResponsePayloads.closeAll(response);
            throw failure;
        }
        ByteBuf buffer = heads;
        if (buffer == null) {
            throw new IllegalStateException("the encoder did not ask for a buffer");
        }
        buffer.writerIndex(encodedAt + frame.head().remaining());
        splices = frame.splices();
        splice = 0;
        copied = 0;
        telemetry.sent(frame.totalBytes());
        resume();
    }

    /** Gives a whole response that was encoded elsewhere to the channel. */
    void write(ByteBuf frame) {
        emitHeads();
        telemetry.sent(frame.readableBytes());
        emit(frame);
    }

    /** Hands over as much of the response at hand as the channel has room for. */
    void resume() {
        while (splice < splices.size()) {
            Splice next = splices.get(splice);
            emitHead(encodedAt + next.headPosition());
            if (!handOver(next.payload())) {
                return;
            }
            splice++;
            copied = 0;
        }
    }

    private boolean handOver(Payload payload) {
        if (!(payload instanceof SlicePayload(LogSlice slice))) {
            emit(Unpooled.wrappedBuffer(payload.buffer()));
            return true;
        }
        Optional<FileRange> range = slice.fileRange();
        if (copied == 0 && range.isPresent() && sendable(range.get().channel())) {
            sendRegion(range.get(), slice);
            return true;
        }
        Optional<ByteBuffer> memory = slice.memory();
        if (copied == 0 && memory.isPresent()) {
            sendMemory(memory.get(), slice);
            return true;
        }
        return copy(slice);
    }

    private static boolean sendable(FileChannel file) {
        return file.getClass().getName().equals(KERNEL_FILE);
    }

    private void sendRegion(FileRange range, LogSlice slice) {
        if (range.length() != slice.sizeInBytes()) {
            throw new IllegalStateException(
                    "a slice of "
                            + slice.sizeInBytes()
                            + " bytes offers a file range of "
                            + range.length());
        }
        unsentRegionBytes += range.length();
        emit(new SliceRegion(range, slice, this));
    }

    private void sendMemory(ByteBuffer memory, LogSlice slice) {
        if (memory.remaining() != slice.sizeInBytes()) {
            throw new IllegalStateException(
                    "a slice of "
                            + slice.sizeInBytes()
                            + " bytes offers memory of "
                            + memory.remaining());
        }
        dirty = true;
        ctx.write(Unpooled.wrappedBuffer(memory)).addListener(_ -> slice.close());
    }

    private boolean copy(LogSlice slice) {
        int size = slice.sizeInBytes();
        while (copied < size) {
            if (full()) {
                ctx.flush();
                if (full()) {
                    return false;
                }
            }
            int count = Math.min(COPY_BYTES, size - copied);
            ByteBuf piece = ctx.alloc().directBuffer(count, count);
            try {
                fill(piece, slice, count);
            } catch (RuntimeException | Error failure) {
                piece.release();
                throw failure;
            }
            copied += count;
            emit(piece);
        }
        slice.close();
        return true;
    }

    private boolean full() {
        return !channel.isWritable() || crowded.getAsBoolean();
    }

    private void fill(ByteBuf piece, LogSlice slice, int count) {
        ByteBuffer target = piece.nioBuffer(0, count);
        int got = slice.copyTo(copied, target);
        if (got != count) {
            throw new IllegalStateException(
                    "a slice of "
                            + slice.sizeInBytes()
                            + " bytes gave "
                            + got
                            + " of the "
                            + count
                            + " at "
                            + copied
                            + "; the log was cut under it");
        }
        piece.writerIndex(count);
    }

    /** Where the next head is encoded: into the buffer that earlier ones share, if it has room. */
    @Override
    public ByteBuffer apply(int size) {
        ByteBuf shared = heads;
        if (shared == null || shared.writableBytes() < size) {
            emitHeads();
            int capacity = moreFollow ? Math.max(size, SHARED_HEAD_BYTES) : size;
            shared = ctx.alloc().directBuffer(capacity, capacity);
            heads = shared;
            headStart = 0;
        }
        encodedAt = shared.writerIndex();
        return shared.nioBuffer(encodedAt, size);
    }

    private void emitHead(int end) {
        ByteBuf buffer = heads;
        if (buffer != null && end > headStart) {
            emit(buffer.retainedSlice(headStart, end - headStart));
            headStart = end;
        }
    }

    private void emitHeads() {
        ByteBuf buffer = heads;
        heads = null;
        if (buffer == null) {
            return;
        }
        buffer.readerIndex(headStart);
        if (buffer.isReadable()) {
            emit(buffer);
        } else {
            buffer.release();
        }
    }

    private void emit(Object bytes) {
        dirty = true;
        var _ = ctx.write(bytes, ctx.voidPromise());
    }

    /** Hands everything that was written to the socket. */
    void flush() {
        if (splice == splices.size()) {
            emitHeads();
        }
        if (dirty) {
            dirty = false;
            ctx.flush();
        }
    }

    /** A region has been sent or given up. */
    void regionDone(long bytes) {
        boolean full = unsentRegionBytes >= maxUnsentBytes;
        unsentRegionBytes -= bytes;
        if (full && unsentRegionBytes < maxUnsentBytes) {
            roomAgain.run();
        }
    }

    /** Gives back what has not been handed over. */
    void close() {
        ByteBuf buffer = heads;
        heads = null;
        if (buffer != null) {
            buffer.release();
        }
        while (splice < splices.size()) {
            if (splices.get(splice++).payload() instanceof SlicePayload(LogSlice slice)) {
                slice.close();
            }
        }
    }
}
