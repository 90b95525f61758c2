package mortise.junit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * One direction of a proxied connection: what is read from one socket is written to the other, when
 * the network's conditions allow. One thread reads and one writes, so that delayed bytes overtake
 * nothing and hold nothing up; between them is a bounded line, beyond which nothing is read.
 */
final class Pump {
    private static final int CHUNK_BYTES = 64 << 10;
    private static final int CHUNKS = 16;

    private final SocketChannel from;
    private final SocketChannel to;
    private final boolean delayed;
    private final NetworkConditions conditions;
    private final ProxiedConnection connection;
    private final BlockingQueue<Chunk> line = new ArrayBlockingQueue<>(CHUNKS);

    /** Bytes on their way; none says that no more will come. */
    private record Chunk(ByteBuffer bytes, long arrivedNanos) {
        boolean isEnd() {
            return bytes.capacity() == 0;
        }
    }

    Pump(
            SocketChannel from,
            SocketChannel to,
            boolean delayed,
            NetworkConditions conditions,
            ProxiedConnection connection) {
        this.from = from;
        this.to = to;
        this.delayed = delayed;
        this.conditions = conditions;
        this.connection = connection;
    }

    /** Reads until there is no more. */
    void read() throws IOException, InterruptedException {
        while (true) {
            ByteBuffer bytes = ByteBuffer.allocate(CHUNK_BYTES);
            if (from.read(bytes) < 0) {
                line.put(new Chunk(ByteBuffer.allocate(0), conditions.now()));
                return;
            }
            line.put(new Chunk(bytes.flip(), conditions.now()));
        }
    }

    /** Writes until there is no more, and says so to the other side. */
    void write() throws IOException, InterruptedException {
        for (Chunk next = line.take(); ; next = line.take()) {
            conditions.awaitPassage(delayed, next.arrivedNanos(), connection::isClosed);
            if (next.isEnd()) {
                to.shutdownOutput();
                return;
            }
            while (next.bytes().hasRemaining()) {
                to.write(next.bytes());
            }
        }
    }
}
