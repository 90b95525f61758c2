package mortise.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import mortise.api.Clock;
import mortise.api.HostPort;

/**
 * Sends one prepared request again and again over several pipelining connections, from one thread,
 * so that the client costs as little as possible. Closed loop: each connection keeps a fixed number
 * of requests unanswered.
 */
final class RawDriver implements AutoCloseable {
    /** A connection's answers are looked into once in so many; all of them are counted. */
    private static final int CHECKED_EVERY = 256;

    private final Selector selector;
    private final List<Lane> lanes = new ArrayList<>();
    private final Clock clock;

    /**
     * Connects.
     *
     * @param requests one per connection
     * @param depth how many requests each connection keeps unanswered
     */
    RawDriver(HostPort address, List<PreparedProduce> requests, int depth, Clock clock)
            throws IOException {
        this.clock = clock;
        this.selector = Selector.open();
        for (PreparedProduce request : requests) {
            SocketChannel channel =
                    SocketChannel.open(new InetSocketAddress(address.host(), address.port()));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            Lane lane = new Lane(channel, request, depth);
            channel.register(selector, SelectionKey.OP_READ, lane);
            lanes.add(lane);
        }
    }

    /** What was done in a while. */
    record Round(long requests, long records, long batchBytes, double seconds) {
        double requestsPerSecond() {
            return requests / seconds;
        }

        double megabytesPerSecond() {
            return batchBytes / 1e6 / seconds;
        }
    }

    /**
     * Sends one request on each connection until it is accepted: a system may say that a partition
     * has a leader a moment before that leader knows.
     */
    void awaitLeaders() throws IOException {
        for (Lane lane : lanes) {
            for (int attempt = 1; lane.probe() != 0; attempt++) {
                if (attempt == 1_000) {
                    throw new IOException(
                            "a partition took no request in " + attempt + " attempts");
                }
                LockSupport.parkNanos(5_000_000);
            }
        }
    }

    /** Sends for about so long; every request that was counted has been acknowledged. */
    Round run(double seconds) throws IOException {
        long begun = clock.nanoTime();
        long until = begun + (long) (seconds * 1e9);
        long before = answered();
        long recordsBefore = records();
        long bytesBefore = bytes();
        for (Lane lane : lanes) {
            lane.fill();
        }
        while (clock.nanoTime() < until) {
            turn();
        }
        return new Round(
                answered() - before,
                records() - recordsBefore,
                bytes() - bytesBefore,
                (clock.nanoTime() - begun) / 1e9);
    }

    /** Waits for the answers to everything that was sent. */
    void drain() throws IOException {
        long until = clock.nanoTime() + 30_000_000_000L;
        lanes.forEach(lane -> lane.stopping = true);
        while (lanes.stream().anyMatch(lane -> lane.outstanding > 0 || lane.unsent > 0)) {
            if (clock.nanoTime() > until) {
                throw new IOException("answers are missing 30 seconds after the last request");
            }
            turn();
        }
        lanes.forEach(lane -> lane.stopping = false);
    }

    private void turn() throws IOException {
        selector.select(100);
        for (SelectionKey key : selector.selectedKeys()) {
            Lane lane = (Lane) key.attachment();
            if (key.isReadable()) {
                lane.receive();
            }
            lane.fill();
            key.interestOps(
                    lane.unsent > 0
                            ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
                            : SelectionKey.OP_READ);
        }
        selector.selectedKeys().clear();
    }

    private long answered() {
        return lanes.stream().mapToLong(lane -> lane.answered).sum();
    }

    private long records() {
        return lanes.stream().mapToLong(lane -> lane.answered * lane.request.records()).sum();
    }

    private long bytes() {
        return lanes.stream().mapToLong(lane -> lane.answered * lane.request.batchBytes()).sum();
    }

    @Override
    public void close() throws IOException {
        for (Lane lane : lanes) {
            lane.channel.close();
        }
        selector.close();
    }

    /** One connection: a ring of ready frames to write from, and the answers that came back. */
    private static final class Lane {
        private final SocketChannel channel;
        private final PreparedProduce request;
        private final int depth;
        private final ByteBuffer outgoing;
        private final ByteBuffer incoming = ByteBuffer.allocateDirect(256 << 10);
        private boolean stopping;
        private int outstanding;
        private long unsent;
        private long answered;

        Lane(SocketChannel channel, PreparedProduce request, int depth) {
            this.channel = channel;
            this.request = request;
            this.depth = depth;
            int copies = Math.max(1, Math.min(depth, (128 << 10) / request.frame().remaining()));
            outgoing = ByteBuffer.allocateDirect(copies * request.frame().remaining());
            for (int i = 0; i < copies; i++) {
                outgoing.put(request.frame().duplicate());
            }
            outgoing.flip();
        }

        /** Sends one request and waits for its answer; returns its error code. */
        short probe() throws IOException {
            ByteBuffer frame = request.frame().duplicate();
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
            while (incoming.position() < 4 || incoming.position() < 4 + incoming.getInt(0)) {
                if (channel.read(incoming) < 0) {
                    throw new EOFException("the broker closed a connection at its first request");
                }
            }
            incoming.flip();
            short error = PreparedProduce.error(incoming.slice(4, incoming.getInt(0)));
            incoming.clear();
            return error;
        }

        /** Tops the connection up to its depth and writes what the socket takes. */
        void fill() throws IOException {
            if (!stopping) {
                int more = depth - outstanding;
                outstanding += more;
                unsent += (long) more * request.frame().remaining();
            }
            while (unsent > 0) {
                int end = outgoing.capacity();
                outgoing.limit((int) Math.min(end, outgoing.position() + unsent));
                int written = channel.write(outgoing);
                unsent -= written;
                boolean full = outgoing.hasRemaining();
                outgoing.limit(end);
                if (!outgoing.hasRemaining()) {
                    outgoing.position(0);
                }
                if (full) {
                    return;
                }
            }
        }

        void receive() throws IOException {
            if (channel.read(incoming) < 0) {
                throw new EOFException(
                        "the broker closed a connection after " + answered + " answers");
            }
            incoming.flip();
            while (incoming.remaining() >= 4
                    && incoming.remaining() >= 4 + incoming.getInt(incoming.position())) {
                int length = incoming.getInt();
                if (answered % CHECKED_EVERY == 0) {
                    check(incoming.slice(incoming.position(), length));
                }
                incoming.position(incoming.position() + length);
                answered++;
                outstanding--;
            }
            incoming.compact();
        }

        private static void check(ByteBuffer answer) throws IOException {
            short error = PreparedProduce.error(answer);
            if (error != 0) {
                throw new IOException("a produce request was answered with error " + error);
            }
        }
    }
}
