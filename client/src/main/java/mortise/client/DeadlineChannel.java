package mortise.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection whose every operation ends by a deadline: connecting, writing to a peer that
 * does not read, reading from one that sends a byte now and then. Confined to one thread at a time.
 */
final class DeadlineChannel implements AutoCloseable {
    /** The JDK copies a heap buffer that it sends or fills into one outside of the heap. */
    private static final int MOST_AT_ONCE = 256 << 10;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;

    private DeadlineChannel(SocketChannel channel, Selector selector, SelectionKey key) {
        this.channel = channel;
        this.selector = selector;
        this.key = key;
    }

    /**
     * Connects.
     *
     * @throws SocketTimeoutException if the deadline passes before
     */
    static DeadlineChannel connect(InetSocketAddress target, Deadline deadline) throws IOException {
        Selector selector = Selector.open();
        @Nullable SocketChannel channel = null;
        try {
            channel = SocketChannel.open();
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            DeadlineChannel connected =
                    new DeadlineChannel(channel, selector, channel.register(selector, 0));
            boolean done = channel.connect(target);
            while (!done) {
                connected.await(SelectionKey.OP_CONNECT, deadline);
                done = channel.finishConnect();
            }
            return connected;
        } catch (IOException | RuntimeException failure) {
            closeQuietly(channel);
            closeQuietly(selector);
            throw failure;
        }
    }

    private static void closeQuietly(@Nullable AutoCloseable resource) {
        if (resource != null) {
            try {
                resource.close();
            } catch (Exception alreadyEnding) {
                // what led here is the thing to report
            }
        }
    }

    /** Writes all of it. */
    void write(ByteBuffer bytes, Deadline deadline) throws IOException {
        int end = bytes.limit();
        while (bytes.position() < end) {
            bytes.limit(Math.min(end, bytes.position() + MOST_AT_ONCE));
            if (channel.write(bytes) == 0) {
                await(SelectionKey.OP_WRITE, deadline);
            } else if (bytes.position() < end) {
                requireTime(deadline);
            }
        }
    }

    /**
     * Reads until the buffer is full.
     *
     * @throws EOFException if the peer ends the connection before
     */
    void read(ByteBuffer target, Deadline deadline) throws IOException {
        int end = target.limit();
        while (target.position() < end) {
            target.limit(Math.min(end, target.position() + MOST_AT_ONCE));
            int count = channel.read(target);
            if (count < 0) {
                throw new EOFException("the connection was ended");
            }
            if (count == 0) {
                await(SelectionKey.OP_READ, deadline);
            } else if (target.position() < end) {
                requireTime(deadline);
            }
        }
    }

    private void await(int operation, Deadline deadline) throws IOException {
        requireTime(deadline);
        key.interestOps(operation);
        selector.select(deadline.remainingMillis());
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted");
        }
    }

    private static void requireTime(Deadline deadline) throws IOException {
        if (deadline.remainingNanos() <= 0) {
            throw new SocketTimeoutException("the time is over");
        }
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() {
        closeQuietly(channel);
        closeQuietly(selector);
    }
}
