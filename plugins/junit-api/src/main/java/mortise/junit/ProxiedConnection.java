package mortise.junit;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A client's connection and the broker's that belongs to it. Its four threads end with it.
 * Thread-safe.
 */
final class ProxiedConnection {
    private final SocketChannel client;
    private final SocketChannel broker;
    private final NetworkConditions conditions;
    private final Consumer<ProxiedConnection> ended;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicInteger writing = new AtomicInteger(2);
    private final List<Thread> threads;

    /**
     * A connection that nothing goes through until it is started.
     *
     * @param ended told once, when both sides are closed
     */
    ProxiedConnection(
            SocketChannel client,
            SocketChannel broker,
            NetworkConditions conditions,
            Consumer<ProxiedConnection> ended) {
        this.client = client;
        this.broker = broker;
        this.conditions = conditions;
        this.ended = ended;
        Pump requests = new Pump(client, broker, true, conditions, this);
        Pump responses = new Pump(broker, client, false, conditions, this);
        threads = new ArrayList<>();
        threads.add(thread(requests::read));
        threads.add(thread(() -> writeAll(requests)));
        threads.add(thread(responses::read));
        threads.add(thread(() -> writeAll(responses)));
    }

    /** Work that ends with its sockets. */
    private interface SocketWork {
        void run() throws IOException, InterruptedException;
    }

    private Thread thread(SocketWork work) {
        return DaemonThreads.make(
                "connection",
                () -> {
                    try {
                        work.run();
                    } catch (IOException | InterruptedException over) {
                        reset();
                    }
                });
    }

    private void writeAll(Pump pump) throws IOException, InterruptedException {
        pump.write();
        if (writing.decrementAndGet() == 0) {
            close();
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    boolean isClosed() {
        return closed.get();
    }

    /** Ends it so that both sides see a reset; what was on its way is lost. */
    void reset() {
        if (!closed.get()) {
            lingerNot(client);
            lingerNot(broker);
        }
        close();
    }

    /** Waits until its threads have ended, each for so long at most. */
    void join(Duration patience) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join(patience.toMillis());
        }
    }

    private void close() {
        if (closed.compareAndSet(false, true)) {
            closeQuietly(client);
            closeQuietly(broker);
            conditions.wake();
            threads.forEach(Thread::interrupt);
            ended.accept(this);
        }
    }

    /** Has the system send a reset when the socket is closed. */
    static void lingerNot(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException gone) {
            // then there is nobody to tell
        }
    }

    static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException gone) {
            // closed all the same
        }
    }
}
