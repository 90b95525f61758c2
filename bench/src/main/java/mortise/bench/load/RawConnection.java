package mortise.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import mortise.api.HostPort;

/**
 * One plain connection of the raw driver: cuts what arrives into frames. Confined to the driver's
 * thread.
 */
abstract class RawConnection {
    private static final int FIRST_BYTES = 256 << 10;
    private static final int MOST_BYTES = 256 << 20;

    final SocketChannel channel;
    private final int bytesAtOnce;
    private final SelectionKey key;
    private ByteBuffer incoming = ByteBuffer.allocateDirect(FIRST_BYTES);

    RawConnection(HostPort address, Selector selector) throws IOException {
        this(address, Integer.MAX_VALUE, selector);
    }

    /**
     * Connects.
     *
     * @param bytesAtOnce how much it takes from its socket before others have their turn
     */
    RawConnection(HostPort address, int bytesAtOnce, Selector selector) throws IOException {
        this.bytesAtOnce = bytesAtOnce;
        channel = SocketChannel.open(new InetSocketAddress(address.host(), address.port()));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** Sends what is due; returns when the next is, or {@link Long#MAX_VALUE}. */
    abstract long send(long nowNanos) throws IOException;

    /** A frame, without its length. */
    abstract void answered(ByteBuffer frame, long nowNanos) throws IOException;

    /** How many requests wait for their answers. */
    abstract int outstanding();

    /** Says whether there is something to write that the socket does not take. */
    final void wantsWrite(boolean wants) {
        key.interestOps(
                wants ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    /** Sends a frame and waits for its answer; nothing else is under way. */
    final ByteBuffer exchange(ByteBuffer frame) throws IOException {
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
        while (incoming.position() < 4 || incoming.position() < 4 + incoming.getInt(0)) {
            if (channel.read(incoming) < 0) {
                throw new EOFException("the broker closed a connection at its first request");
            }
            Thread.onSpinWait();
        }
        incoming.flip();
        ByteBuffer answer = incoming.slice(4, incoming.getInt(0));
        incoming.clear();
        return answer;
    }

    final void receive(long nowNanos) throws IOException {
        if (incoming.remaining() > bytesAtOnce) {
            incoming.limit(incoming.position() + bytesAtOnce);
        }
        if (channel.read(incoming) < 0) {
            throw new EOFException("the broker closed a connection");
        }
        incoming.flip();
        while (incoming.remaining() >= 4) {
            int length = incoming.getInt(incoming.position());
            if (incoming.remaining() < 4 + length) {
                makeRoom(4 + length);
                break;
            }
            ByteBuffer frame = incoming.slice(incoming.position() + 4, length);
            incoming.position(incoming.position() + 4 + length);
            answered(frame, nowNanos);
        }
        makeRoomForMore();
    }

    /** Moves what is left to the start, unless it is there already. */
    private void makeRoomForMore() {
        if (incoming.position() > 0) {
            incoming.compact();
        } else {
            incoming.position(incoming.limit()).limit(incoming.capacity());
        }
    }

    private void makeRoom(int bytes) throws IOException {
        if (bytes > MOST_BYTES) {
            throw new IOException("the broker sent a frame of " + bytes + " bytes");
        }
        if (bytes > incoming.capacity()) {
            ByteBuffer larger = ByteBuffer.allocateDirect(Math.max(bytes, 2 * incoming.capacity()));
            larger.put(incoming).flip();
            incoming = larger;
        }
    }

    final void close() throws IOException {
        channel.close();
    }
}
