package mortise.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The broker that the load goes to, over all its lives: always at the same two addresses, one
 * direct and one through a proxy that cuts connections. Its faults are called by one thread at a
 * time; what it says may be asked by any.
 */
final class BrokerUnderLoad implements AutoCloseable {
    private final BoundedDisk disk;
    private final Path data;
    private final int port;
    private final int behindPort;
    private final int proxiedPort;
    private final CutProxy proxy;
    private final CountDownLatch never = new CountDownLatch(1);
    private volatile BrokerProcess process;
    private final AtomicInteger life = new AtomicInteger(1);
    private volatile long bornNanos = System.nanoTime();

    /**
     * Starts it.
     *
     * @param ports three free ports
     */
    BrokerUnderLoad(BoundedDisk disk, Path data, List<Integer> ports) {
        this.disk = disk;
        this.data = data;
        this.port = ports.get(0);
        this.behindPort = ports.get(1);
        this.proxiedPort = ports.get(2);
        this.proxy = new CutProxy(proxiedPort, behindPort);
        this.process = start();
    }

    private BrokerProcess start() {
        return BrokerProcess.startOn(
                data,
                "PLAINTEXT://127.0.0.1:" + port + ",CUT://127.0.0.1:" + behindPort,
                "--advertise",
                "PLAINTEXT://127.0.0.1:" + port + ",CUT://127.0.0.1:" + proxiedPort,
                "--set",
                "listener-protocols=CUT:PLAINTEXT",
                "--set",
                "log.retention-check-interval=1s",
                "--set",
                "topic-defaults.file-delete-delay-ms=2000");
    }

    /** Where clients connect: directly, or where their connections are cut. */
    String bootstrap(boolean proxied) {
        return "127.0.0.1:" + (proxied ? proxiedPort : port);
    }

    /** The number of the process that runs now, from 1. */
    int life() {
        return life.get();
    }

    double ageSeconds() {
        return (System.nanoTime() - bornNanos) / 1e9;
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.alive();
    }

    /** How much all lives have logged. */
    long logBytes() throws IOException {
        return Files.size(data.resolveSibling(data.getFileName() + ".log"));
    }

    String log() {
        return process.log();
    }

    void kill() {
        process.kill();
        restart();
    }

    /** Stops it as an operator does; returns the exit status. */
    int stop() {
        int status = process.stop();
        restart();
        return status;
    }

    private void restart() {
        process = start();
        life.incrementAndGet();
        bornNanos = System.nanoTime();
    }

    /** Holds it still. */
    void pause(long millis) throws InterruptedException {
        signal("-STOP");
        try {
            await(millis);
        } finally {
            signal("-CONT");
        }
    }

    private void signal(String name) {
        BrokerProcess.run(Map.of(), List.of("kill", name, Long.toString(process.pid())), "");
    }

    /** Takes its room for so long, while something else is done. */
    void fullDisk(long millis, Runnable meanwhile) throws InterruptedException {
        disk.fill();
        try {
            meanwhile.run();
            await(millis);
        } finally {
            disk.free();
        }
    }

    int cut() {
        return proxy.cut();
    }

    private void await(long millis) throws InterruptedException {
        if (never.await(millis, TimeUnit.MILLISECONDS)) {
            throw new AssertionError("nobody counts it down");
        }
    }

    @Override
    public void close() {
        try {
            process.close();
        } finally {
            proxy.close();
        }
    }

    /** A free port that no client's own end is given, so that none is taken while it is down. */
    static int freePort(Random random) {
        for (int tries = 0; tries < 1_000; tries++) {
            int port = 10_000 + random.nextInt(20_000);
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (IOException taken) {
                if (tries == 999) {
                    throw new UncheckedIOException("finding a free port", taken);
                }
            }
        }
        throw new AssertionError("no free port from 10000 to 29999");
    }
}
