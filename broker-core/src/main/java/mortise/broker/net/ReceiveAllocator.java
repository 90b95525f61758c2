package mortise.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Tells Netty to read one connection's bytes to where its decoder wants them, and when to stop.
 * Confined to the connection's event loop.
 */
@SuppressWarnings("deprecation") // ExtendedHandle extends the deprecated Handle
final class ReceiveAllocator implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {
    /** Fairness: how much one connection may read before others have their turn. */
    private static final int MAX_BYTES_PER_TURN = 1 << 20;

    private static final int MAX_READS_PER_TURN = 16;

    private final FrameDecoder decoder;
    private final java.util.function.BooleanSupplier wanted;
    private int reads;
    private int bytes;
    private int lastBytes;
    private int attemptedBytes;

    /**
     * An allocator for one connection.
     *
     * @param wanted whether more bytes are wanted
     */
    ReceiveAllocator(FrameDecoder decoder, java.util.function.BooleanSupplier wanted) {
        this.decoder = decoder;
        this.wanted = wanted;
    }

    @Override
    public Handle newHandle() {
        return this;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
        return decoder.room();
    }

    @Override
    public int guess() {
        return FrameDecoder.SMALLEST_CHUNK;
    }

    @Override
    public void reset(ChannelConfig config) {
        reads = 0;
        bytes = 0;
        lastBytes = 0;
    }

    @Override
    public void incMessagesRead(int messages) {
        reads += messages;
    }

    @Override
    public void lastBytesRead(int count) {
        lastBytes = count;
        bytes += Math.max(count, 0);
    }

    @Override
    public int lastBytesRead() {
        return lastBytes;
    }

    @Override
    public void attemptedBytesRead(int count) {
        attemptedBytes = count;
    }

    @Override
    public int attemptedBytesRead() {
        return attemptedBytes;
    }

    /** How many bytes this turn has read. */
    int bytesOfTurn() {
        return bytes;
    }

    /**
     * A read that did not fill its room has emptied the socket: trying again would be a call for
     * nothing.
     */
    @Override
    public boolean continueReading() {
        return lastBytes > 0
                && lastBytes == attemptedBytes
                && reads < MAX_READS_PER_TURN
                && bytes < MAX_BYTES_PER_TURN
                && wanted.getAsBoolean();
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
        return continueReading();
    }

    @Override
    public void readComplete() {}
}
