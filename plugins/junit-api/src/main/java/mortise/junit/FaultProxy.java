package mortise.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import mortise.api.Clock;
import mortise.api.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * The address that clients are told, whichever broker is behind it at the moment, and the place
 * where the network's faults are made. Thread-safe.
 *
 * <p>It takes as many connections as the broker does: one that the broker refuses is refused here.
 */
final class FaultProxy implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ServerSocketChannel listening;
    private final NetworkConditions conditions;
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final HostPort address;
    private final Thread accepting = DaemonThreads.make("accept", this::accept);
    private volatile @Nullable HostPort broker;

    private FaultProxy(ServerSocketChannel listening, Clock clock) throws IOException {
        this.listening = listening;
        this.conditions = new NetworkConditions(clock);
        InetSocketAddress bound = (InetSocketAddress) listening.getLocalAddress();
        this.address = new HostPort(bound.getAddress().getHostAddress(), bound.getPort());
    }

    /** A proxy on a free port of this machine, with no broker behind it yet. */
    static FaultProxy open(Clock clock) {
        try {
            ServerSocketChannel listening = ServerSocketChannel.open();
            try {
                listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                FaultProxy proxy = new FaultProxy(listening, clock);
                proxy.accepting.start();
                return proxy;
            } catch (IOException failure) {
                listening.close();
                throw failure;
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("opening a port for the test's broker", failure);
        }
    }

    HostPort address() {
        return address;
    }

    NetworkConditions conditions() {
        return conditions;
    }

    /** Says where the broker is; null while there is none, and who connects is turned away. */
    void forwardTo(@Nullable HostPort now) {
        broker = now;
    }

    /** Resets every connection. New ones are taken. */
    void drop() {
        connections.forEach(ProxiedConnection::reset);
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel client = listening.accept();
                DaemonThreads.make("connect", () -> connect(client)).start();
            }
        } catch (IOException closed) {
            // nobody is to come any more
        }
    }

    private void connect(SocketChannel client) {
        HostPort to = broker;
        if (to == null) {
            turnAway(client);
            return;
        }
        try {
            SocketChannel upstream =
                    SocketChannel.open(new InetSocketAddress(to.host(), to.port()));
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            upstream.setOption(StandardSocketOptions.TCP_NODELAY, true);
            ProxiedConnection connection =
                    new ProxiedConnection(client, upstream, conditions, connections::remove);
            connections.add(connection);
            connection.start();
            if (!listening.isOpen()) {
                connection.reset();
            }
        } catch (IOException refused) {
            turnAway(client);
        }
    }

    private static void turnAway(SocketChannel client) {
        ProxiedConnection.lingerNot(client);
        ProxiedConnection.closeQuietly(client);
    }

    /** Gives the port back and resets every connection. Returns when it is done. */
    @Override
    public void close() {
        List<ProxiedConnection> open = List.copyOf(connections);
        try {
            listening.close();
        } catch (IOException failure) {
            throw new UncheckedIOException("closing " + address, failure);
        } finally {
            drop();
        }
        try {
            // the system has the port and the sockets back when nobody waits on them any more
            accepting.join(PATIENCE.toMillis());
            for (ProxiedConnection connection : open) {
                connection.join(PATIENCE);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
