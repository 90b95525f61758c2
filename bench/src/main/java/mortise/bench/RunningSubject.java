package mortise.bench;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import mortise.api.Clock;
import mortise.api.HostPort;
import mortise.api.PermittedApi;
import mortise.client.Cluster;
import mortise.client.ConnectionFailedException;

/** A fresh process of a subject on a fresh directory, which is removed with it. */
final class RunningSubject implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final HostPort address;
    private final Path directory;
    private final long startedNanos;

    private RunningSubject(Process process, HostPort address, Path directory, long startedNanos) {
        this.process = process;
        this.address = address;
        this.directory = directory;
        this.startedNanos = startedNanos;
    }

    /**
     * Starts a subject.
     *
     * @param core the processor to pin it to, or -1
     */
    @PermittedApi("a process's output is redirected to a java.io.File")
    static RunningSubject start(Subject subject, Path parent, int port, int core, Clock clock)
            throws IOException, InterruptedException {
        Files.createDirectories(parent);
        Path directory = Files.createTempDirectory(parent, subject.name());
        List<String> command = new ArrayList<>();
        if (core >= 0) {
            command.addAll(List.of("taskset", "-c", Integer.toString(core)));
        }
        command.addAll(subject.prepare(directory, port));
        long started = clock.nanoTime();
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(directory.resolve("out.log").toFile()));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return new RunningSubject(
                builder.start(), new HostPort("127.0.0.1", port), directory, started);
    }

    /** Connects as soon as it answers. */
    Cluster connect() throws IOException {
        long until = startedNanos + PATIENCE.toNanos();
        while (true) {
            try {
                return Cluster.connect(address, "bench", Duration.ofSeconds(30));
            } catch (ConnectionFailedException notYet) {
                if (!process.isAlive() || Clock.system().nanoTime() > until) {
                    throw new IOException(
                            "the system did not start: "
                                    + Files.readString(directory.resolve("out.log")),
                            notYet);
                }
                LockSupport.parkNanos(2_000_000);
            }
        }
    }

    /** Waits until somebody listens. */
    void awaitPort() throws IOException {
        long until = startedNanos + PATIENCE.toNanos();
        while (true) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), address.port()).close();
                return;
            } catch (ConnectException notYet) {
                if (!process.isAlive() || Clock.system().nanoTime() > until) {
                    throw new IOException(
                            "nobody listens: " + Files.readString(directory.resolve("out.log")),
                            notYet);
                }
                LockSupport.parkNanos(2_000_000);
            }
        }
    }

    HostPort address() {
        return address;
    }

    long startedNanos() {
        return startedNanos;
    }

    ProcessCost cost() {
        return ProcessCost.of(process.pid());
    }

    long pid() {
        return process.pid();
    }

    /** Stops the process and removes its directory. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
