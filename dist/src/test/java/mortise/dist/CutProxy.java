package mortise.dist;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A hop between clients and a broker at which every connection can be reset. Thread-safe. */
final class CutProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final int brokerPort;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    CutProxy(int port, int brokerPort) {
        this.brokerPort = brokerPort;
        try {
            listening = new ServerSocket();
            listening.setReuseAddress(true);
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException failure) {
            throw new UncheckedIOException("listening on port " + port, failure);
        }
        Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Thread.ofVirtual().start(() -> join(client));
            }
        } catch (IOException closed) {
            // nobody is to come any more
        }
    }

    private void join(Socket client) {
        open.add(client);
        try (Socket broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort)) {
            open.add(broker);
            broker.setTcpNoDelay(true);
            client.setTcpNoDelay(true);
            Thread back = Thread.ofVirtual().start(() -> pump(broker, client));
            pump(client, broker);
            back.join();
            open.remove(broker);
        } catch (IOException refused) {
            // the client is turned away as the broker turned this away
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            reset(client);
            open.remove(client);
        }
    }

    private static void pump(Socket from, Socket to) {
        byte[] buffer = new byte[64 << 10];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
            }
        } catch (IOException ended) {
            // the other direction ends with this one
        }
        reset(from);
        reset(to);
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException alreadyClosed) {
            // it is gone, which is all that was wanted
        }
    }

    /** Resets every connection, and says how many there were. */
    int cut() {
        int cut = open.size() / 2;
        open.forEach(CutProxy::reset);
        return cut;
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException failure) {
            throw new UncheckedIOException("closing the proxy", failure);
        }
        cut();
    }
}
