package mortise.broker.net;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;

/**
 * What one event loop knows about all of its connections: which there are, how many requests are in
 * flight, and who waits for that number to fall. Confined to the event loop.
 */
final class LoopState {
    private final EventLoop loop;
    private final int maxRequests;
    private final Set<Connection> connections = new LinkedHashSet<>();
    private final Queue<Connection> waiting = new ArrayDeque<>();
    private int requests;

    LoopState(EventLoop loop, int maxRequests) {
        this.loop = loop;
        this.maxRequests = maxRequests;
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
