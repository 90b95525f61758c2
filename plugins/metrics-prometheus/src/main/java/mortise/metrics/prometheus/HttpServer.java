package mortise.metrics.prometheus;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import mortise.api.HostPort;
import mortise.api.Timers;
import mortise.api.config.Config;
import mortise.api.metrics.Counter;
import mortise.spi.PluginContext;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server for scrapers: a virtual thread for each connection, one request for each, and a
 * bound on all of them. Thread-safe.
 *
 * <p>A connection is closed when its time is over, wherever its thread waits then: a read and a
 * write alike end with it.
 */
final class HttpServer implements AutoCloseable {
    private static final int BACKLOG = 64;

    /** Between two attempts to accept, when the process has no file descriptor left. */
    private static final long PAUSE_NANOS = 20_000_000;

    private final HostPort listen;
    private final Duration requestTimeout;
    private final Pages pages;
    private final Timers timers;
    private final System.Logger logger;
    private final ThreadFactory acceptors;
    private final Semaphore room;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Counter refused;
    private final Counter expired;
    private volatile @Nullable ServerSocket listening;

    HttpServer(Config config, Pages pages, PluginContext context) {
        this.listen = config.get(PrometheusProvider.LISTEN);
        this.requestTimeout = config.get(PrometheusProvider.REQUEST_TIMEOUT);
        this.pages = pages;
        timers = context.timers();
        logger = context.logger();
        acceptors = context.threads("accept");
        room = new Semaphore(config.get(PrometheusProvider.MAX_CONNECTIONS));
        refused =
                context.metrics()
                        .counter(
                                "refused_connections_total",
                                "Connections closed unanswered, because there were more than metrics.prometheus.max-connections.");
        expired =
                context.metrics()
                        .counter(
                                "expired_connections_total",
                                "Connections closed after metrics.prometheus.request-timeout.");
        context.metrics()
                .gauge(
                        "open_connections",
                        "Connections of scrapers and probes that are open.",
                        () -> open.size());
    }

    /**
     * Listens from now on.
     *
     * @throws IllegalStateException if it cannot, saying why and what to do
     */
    void open() {
        ServerSocket socket = bound();
        listening = socket;
        acceptors.newThread(() -> accept(socket)).start();
        logger.log(System.Logger.Level.INFO, "metrics at http://{0}/metrics", address());
    }

    private ServerSocket bound() {
        try {
            InetAddress host = InetAddress.getByName(listen.host());
            ServerSocket socket = new ServerSocket();
            try {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(host, listen.port()), BACKLOG);
                return socket;
            } catch (IOException failure) {
                socket.close();
                throw failure;
            }
        } catch (IOException failure) {
            throw new IllegalStateException(refusal(listen, failure), failure);
        }
    }

    private static String refusal(HostPort listen, IOException failure) {
        String key = PrometheusProvider.LISTEN.name();
        String what = "cannot listen on " + listen + ": ";
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof UnknownHostException) {
            return what
                    + "the name "
                    + listen.host()
                    + " has no address; set "
                    + key
                    + " to an address of this machine, or to 0.0.0.0 for all of them";
        }
        if (failure instanceof BindException && message.contains("already in use")) {
            return what
                    + "another process uses port "
                    + listen.port()
                    + "; stop it (ss -tanp names it), or choose another port with "
                    + key;
        }
        if (message.contains("assign")) {
            return what
                    + listen.host()
                    + " is no address of this machine; set "
                    + key
                    + " to one of its own or to 0.0.0.0";
        }
        return what + message + "; choose another address with " + key;
    }

    /** Where it listens, with the real port. */
    HostPort address() {
        ServerSocket socket = listening;
        if (socket == null) {
            throw new IllegalStateException("the server does not listen");
        }
        return new HostPort(listen.host(), socket.getLocalPort());
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                taken(socket.accept());
            } catch (IOException failure) {
                if (!socket.isClosed()) {
                    // out of file descriptors, or a client that went away
                    logger.log(System.Logger.Level.DEBUG, "a connection was not accepted", failure);
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            } catch (RuntimeException | Error failure) {
                // out of memory or threads, perhaps: others are to be served afterwards
                logger.log(System.Logger.Level.DEBUG, "a connection was not served", failure);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void taken(Socket client) {
        if (!room.tryAcquire()) {
            refused.increment();
            close(client);
            return;
        }
        open.add(client);
        if (listening == null) {
            close(client);
        }
        Timers.Scheduled deadline =
                timers.schedule(
                        requestTimeout,
                        () -> {
                            expired.increment();
                            close(client);
                        });
        Thread.ofVirtual().name("prometheus-connection").start(() -> serve(client, deadline));
    }

    private void serve(Socket client, Timers.Scheduled deadline) {
        try (client) {
            new Exchange(client, pages).run();
        } catch (IOException gone) {
            logger.log(
                    System.Logger.Level.DEBUG,
                    "a connection of {0} ended: {1}",
                    client.getRemoteSocketAddress(),
                    gone.getMessage());
        } finally {
            deadline.cancel();
            open.remove(client);
            room.release();
        }
    }

    private static void close(Socket client) {
        try {
            client.close();
        } catch (IOException closedAnyway) {
            // there is nothing left to release
        }
    }

    /** Listens no more and closes every connection. */
    @Override
    public void close() {
        ServerSocket socket = listening;
        listening = null;
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException failure) {
                logger.log(System.Logger.Level.DEBUG, "closing the metrics port failed", failure);
            }
        }
        open.forEach(HttpServer::close);
    }
}
