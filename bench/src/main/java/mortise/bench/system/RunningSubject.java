package mortise.bench.system;

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
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import mortise.api.Clock;
import mortise.api.HostPort;
import mortise.api.PermittedApi;
import mortise.bench.machine.ProcessCost;
import mortise.client.Cluster;
import mortise.client.ConnectionFailedException;

/**
 * A process of a subject on a directory of its own, which is removed with it. It may end and be
 * started again on what it left.
 */
public final class RunningSubject implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int STOP_SECONDS = 120;
    private static final long PAUSE_NANOS = 1_000_000;
    private static final int LINES_SHOWN = 20;

    private final Subject subject;
    private final List<String> command;
    private final HostPort address;
    private final Path directory;
    private final Clock clock;
    private final Thread endsWithTheBench = new Thread(this::kill, "bench-end");
    private volatile Process process;
    private long startedNanos;

    private RunningSubject(
            Subject subject, List<String> command, HostPort address, Path directory, Clock clock)
            throws IOException {
        this.subject = subject;
        this.command = command;
        this.address = address;
        this.directory = directory;
        this.clock = clock;
        startedNanos = clock.nanoTime();
        process = launch();
        Runtime.getRuntime().addShutdownHook(endsWithTheBench);
    }

    /** Leaves nobody running whose bench was interrupted. */
    private void kill() {
        process.destroyForcibly();
    }

    /**
     * Starts a subject.
     *
     * @param core the processor to pin it to, or -1
     */
    public static RunningSubject start(
            Subject subject, Path parent, int port, int core, Clock clock)
            throws IOException, InterruptedException {
        Files.createDirectories(parent);
        Path directory = Files.createTempDirectory(parent, subject.name());
        List<String> command = new ArrayList<>();
        if (core >= 0) {
            command.addAll(List.of("taskset", "-c", Integer.toString(core)));
        }
        command.addAll(subject.prepare(directory, port));
        return new RunningSubject(
                subject, command, new HostPort("127.0.0.1", port), directory, clock);
    }

    @PermittedApi("a process's output is redirected to a java.io.File")
    private Process launch() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(directory.resolve("out.log").toFile()));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder.start();
    }

    /** Connects as soon as it answers. */
    public Cluster connect() throws IOException {
        while (true) {
            try {
                return Cluster.connect(address, "bench", Duration.ofSeconds(30));
            } catch (ConnectionFailedException notYet) {
                pause(notYet);
            }
        }
    }

    /** Waits until somebody listens. */
    public void awaitPort() throws IOException {
        while (true) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), address.port()).close();
                return;
            } catch (ConnectException notYet) {
                pause(notYet);
            }
        }
    }

    /**
     * Waits a moment for a process that does not answer yet.
     *
     * @throws IOException if it ended, or takes too long, with the end of what it printed
     */
    void pause(Exception notYet) throws IOException {
        if (!process.isAlive() || clock.nanoTime() - startedNanos > PATIENCE.toNanos()) {
            List<String> printed = Files.readAllLines(directory.resolve("out.log"));
            throw new IOException(
                    "the system did not start; the end of what it printed:\n"
                            + String.join(
                                    "\n",
                                    printed.subList(
                                            Math.max(0, printed.size() - LINES_SHOWN),
                                            printed.size())),
                    notYet);
        }
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    public HostPort address() {
        return address;
    }

    /** Where its logs are. */
    public Path data() {
        return directory.resolve(Subject.DATA);
    }

    /** Where its metrics page is, if it has one that the bench reads. */
    public Optional<HostPort> metrics() {
        return subject.metricsOf(address.port());
    }

    /** How long ago it was started last. */
    public double secondsSinceStart() {
        return (clock.nanoTime() - startedNanos) / 1e9;
    }

    /** What the process has used since it was started last. */
    public ProcessCost cost() {
        return ProcessCost.of(process.pid());
    }

    public long pid() {
        return process.pid();
    }

    /** Ends it as a loss of the process would, and starts it again. */
    public void killAndRestart() throws IOException, InterruptedException {
        process.destroyForcibly().waitFor();
        startedNanos = clock.nanoTime();
        process = launch();
    }

    /** Stops it in its own way, and starts it again; returns how many seconds the stop took. */
    public double stopAndRestart() throws IOException, InterruptedException {
        long begun = clock.nanoTime();
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("the system did not stop in " + STOP_SECONDS + " s");
        }
        startedNanos = clock.nanoTime();
        process = launch();
        return (startedNanos - begun) / 1e9;
    }

    /** Stops the process and removes its directory. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        removeHook();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(endsWithTheBench);
        } catch (IllegalStateException ending) {
            // the hook runs already
        }
    }
}
