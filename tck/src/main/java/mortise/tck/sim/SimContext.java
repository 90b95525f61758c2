package mortise.tck.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import mortise.api.metrics.Metrics;
import mortise.spi.PluginContext;
import org.jspecify.annotations.Nullable;

/**
 * A plugin context that a test drives: simulated clock and timers, a data directory that may lie on
 * a {@link SimDisk}, seeded randomness, and threads that are real, refused, or run at once on
 * whoever starts them. Thread-safe.
 */
public final class SimContext implements PluginContext {
    private static final Duration WAITING_STEP = Duration.ofMillis(50);
    private static final long PAUSE_NANOS = 2_000_000;
    private static final int WAITING_STEPS = 5_000;

    private final int nodeId;
    private final SimClock clock;
    private final SimTimers timers;
    private final long seed;
    private final RandomGenerator random;
    private final SimLogger logger = new SimLogger("plugin");
    private final Path dataDirectory;
    private final @Nullable SimDisk disk;
    private final Threads threads;

    /** What becomes of a thread that a plugin starts. */
    private enum Threads {
        REAL,
        INLINE,
        REFUSED
    }

    private SimContext(
            int nodeId,
            SimClock clock,
            long seed,
            Path dataDirectory,
            @Nullable SimDisk disk,
            Threads threads) {
        this.nodeId = nodeId;
        this.clock = clock;
        this.timers = new SimTimers(clock);
        this.seed = seed;
        this.random = new Random(seed);
        this.dataDirectory = dataDirectory;
        this.disk = disk;
        this.threads = threads;
    }

    /** A context of node 0 whose data directory is {@code /data} of a simulated disk. */
    public static SimContext on(SimDisk disk, long seed) {
        return new SimContext(
                0, disk.clock(), seed, directoryOn(disk, "/data"), disk, Threads.REAL);
    }

    /** A context of node 0 with this data directory, which exists. */
    public static SimContext on(Path dataDirectory, long seed) {
        return new SimContext(0, new SimClock(), seed, dataDirectory, null, Threads.REAL);
    }

    /** The same context for another node. */
    public SimContext withNodeId(int id) {
        return new SimContext(id, clock, seed, dataDirectory, disk, threads);
    }

    /** The same context with thread factories that refuse, for plugins that need no thread. */
    public SimContext withoutThreads() {
        return new SimContext(nodeId, clock, seed, dataDirectory, disk, Threads.REFUSED);
    }

    /**
     * The same context with threads that do their work, to its end, when they are started, on the
     * thread that starts them: then a seed always makes the same run.
     */
    public SimContext withInlineThreads() {
        return new SimContext(nodeId, clock, seed, dataDirectory, disk, Threads.INLINE);
    }

    /** The same context for a process started anew: fresh timers and another random sequence. */
    public SimContext restarted() {
        timers.stop();
        return new SimContext(nodeId, clock, seed * 31 + 17, dataDirectory, disk, threads);
    }

    /** The same node after a crash, on what its disk kept; the old context's timers stop. */
    public SimContext restartedOn(SimDisk survivors) {
        timers.stop();
        return new SimContext(
                nodeId,
                clock,
                seed * 31 + 17,
                directoryOn(survivors, dataDirectory.toString()),
                survivors,
                threads);
    }

    private static Path directoryOn(SimDisk disk, String directory) {
        Path path = disk.fileSystem().getPath(directory);
        try {
            if (!Files.isDirectory(path)) {
                Files.createDirectories(path);
                disk.syncAll();
            }
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create " + directory + " on " + disk, e);
        }
    }

    @Override
    public int nodeId() {
        return nodeId;
    }

    @Override
    public SimClock clock() {
        return clock;
    }

    @Override
    public SimTimers timers() {
        return timers;
    }

    @Override
    public Metrics metrics() {
        return Metrics.discarding();
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public SimLogger logger() {
        return logger;
    }

    @Override
    public Path dataDirectory() {
        return dataDirectory;
    }

    /** The simulated disk that holds the data directory, if it is one. */
    public Optional<SimDisk> disk() {
        return Optional.ofNullable(disk);
    }

    /** On a virtual thread if threads are real, else within the call that hands the task in. */
    @Override
    public Executor serial(String role) {
        return new SimSerial(
                threads == Threads.REAL
                        ? work -> Thread.ofVirtual().name("sim-" + role).start(work)
                        : Runnable::run,
                failure -> logger.log(System.Logger.Level.ERROR, role + " failed", failure));
    }

    @Override
    public ThreadFactory threads(String role) {
        return switch (threads) {
            case REAL -> Thread.ofPlatform().daemon().name("sim-" + role + "-", 0).factory();
            case INLINE -> InlineThread::new;
            case REFUSED ->
                    action -> {
                        throw new UnsupportedOperationException(
                                "a thread for "
                                        + role
                                        + " was asked for, and this context has none");
                    };
        };
    }

    /** A thread that runs on the one that starts it. */
    private static final class InlineThread extends Thread {
        private final Runnable action;

        InlineThread(Runnable action) {
            this.action = action;
        }

        @Override
        public void start() {
            action.run();
        }
    }

    /**
     * Waits until something holds, moving the clock on meanwhile, for a bounded time.
     *
     * @return whether it came to hold
     */
    public boolean awaitUntil(BooleanSupplier condition) {
        for (int step = 0; step < WAITING_STEPS && !condition.getAsBoolean(); step++) {
            LockSupport.parkNanos(PAUSE_NANOS);
            clock.advance(WAITING_STEP);
        }
        return condition.getAsBoolean();
    }

    /**
     * Waits for a stage, moving the clock on while it takes its time, so that timers that it waits
     * for fire.
     *
     * @throws AssertionError if it fails, or does not complete within a bounded time
     */
    public <T> T await(CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        for (int step = 0; step < WAITING_STEPS; step++) {
            try {
                return future.get(PAUSE_NANOS, TimeUnit.NANOSECONDS);
            } catch (TimeoutException again) {
                clock.advance(WAITING_STEP);
            } catch (ExecutionException e) {
                throw new AssertionError("what was awaited failed", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting", e);
            }
        }
        throw new AssertionError(
                "nothing came of it within " + WAITING_STEP.multipliedBy(WAITING_STEPS));
    }
}
