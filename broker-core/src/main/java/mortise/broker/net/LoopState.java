package mortise.broker.net;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;

/**
 * What one event loop knows about all of its connections: which there are, how many requests are in
 * flight, and who waits for that number to fall. Confined to the event loop.
 */
final class LoopState {
    /** How far what the loop's requests hold may be from what the broker's limiter knows of it. */
    private static final long UNPUBLISHED_BYTES = 64 << 10;

    private final EventLoop loop;
    private final int maxRequests;
    private final Set<Connection> connections = new LinkedHashSet<>();
    private final Queue<Connection> waiting = new ArrayDeque<>();
    private final HeapLimiter heap;
    private int requests;
    private long decodedBytes;
    private long publishedBytes;

    LoopState(EventLoop loop, int maxRequests, HeapLimiter heap) {
        this.loop = loop;
        this.maxRequests = maxRequests;
        this.heap = heap;
    }

    EventLoop loop() {
        return loop;
    }

    void add(Connection connection) {
        connections.add(connection);
    }

    void remove(Connection connection) {
        connections.remove(connection);
        waiting.remove(connection);
    }

    /** The connections as of now. */
    Iterable<Connection> connections() {
        return new ArrayList<>(connections);
    }

    boolean isEmpty() {
        return connections.isEmpty();
    }

    void requestStarted() {
        requests++;
    }

    void requestFinished() {
        requests--;
        Connection next = waiting.poll();
        if (next != null) {
            next.wake();
        }
    }

    /** A request takes heap from now on, or, negative, takes it no more. */
    void decoded(long bytes) {
        decodedBytes += bytes;
        long unpublished = decodedBytes - publishedBytes;
        if (unpublished != 0
                && (decodedBytes == 0
                        || Math.abs(unpublished) >= UNPUBLISHED_BYTES
                        || heap.contended())) {
            publishedBytes = decodedBytes;
            heap.add(unpublished);
        }
    }

    /** Whether a connection that has requests in flight may start another. */
    boolean hasRoom() {
        return requests < maxRequests;
    }

    /** Wakes the connection when a request has finished. */
    void await(Connection connection) {
        if (!waiting.contains(connection)) {
            waiting.add(connection);
        }
    }

    /** Has memory taken back soon that connections have not filled. Any thread. */
    void reclaim() {
        try {
            loop.execute(() -> connections.forEach(Connection::reclaim));
        } catch (RejectedExecutionException stopped) {
            // its connections are gone, and so is their memory
        }
    }

    /** Looks which clients have taken of their answers since the last look. */
    void noteTaken(long nowNanos) {
        for (Connection connection : connections) {
            connection.noteTaken(nowNanos);
        }
    }

    /** Looks for connections that have been idle for too long. */
    void sweep(long nowNanos) {
        for (Connection connection : connections()) {
            connection.sweep(nowNanos);
        }
    }
}
