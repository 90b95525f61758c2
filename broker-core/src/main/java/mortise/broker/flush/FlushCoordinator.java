package mortise.broker.flush;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import mortise.api.Clock;
import mortise.api.config.Config;
import mortise.api.metrics.Histogram;
import mortise.api.metrics.Metrics;
import mortise.broker.runtime.WorkerSource;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.PartitionLog;

/**
 * Group commit. Whoever appended asks for a sync and goes on; flusher threads, a few per log
 * directory, sync one log after the other, and one sync covers everything appended before it began.
 * The slower the disk, the more appends share a sync.
 *
 * <p>Thread-safe. Nothing that serialises a partition waits here.
 */
public final class FlushCoordinator implements AutoCloseable {
    private final Function<LogDirectory, FlushWorkers> workers;
    private final Map<UUID, FlushWorkers> lines = new ConcurrentHashMap<>();

    /**
     * A coordinator that begins each directory's line when its first log registers.
     *
     * @param workers makes the workers of a directory
     */
    public FlushCoordinator(Function<LogDirectory, FlushWorkers> workers) {
        this.workers = workers;
    }

    /** A coordinator with workers called {@code flush-<directory>-<n>}. */
    public static FlushCoordinator on(
            WorkerSource execution, Config config, Clock clock, Metrics metrics) {
        int threads = config.get(FlushSettings.THREADS_PER_DIRECTORY);
        AtomicInteger directories = new AtomicInteger();
        Histogram syncNanos =
                metrics.histogram("flush_sync_nanos", "Duration of one sync of a log.");
        List<FlushThreads> lines = new CopyOnWriteArrayList<>();
        metrics.gauge(
                "flush_waiting_logs",
                "Logs that wait for a sync to begin.",
                () -> lines.stream().mapToInt(FlushThreads::waiting).sum());
        return new FlushCoordinator(directory -> {
            FlushThreads line =
                    new FlushThreads(
                            "flush-" + directories.getAndIncrement(),
                            threads,
                            directory,
                            execution,
                            clock,
                            syncNanos);
            lines.add(line);
            return line;
        });
    }

    /** A place in the line of a log's directory. */
    public FlushTicket register(PartitionLog log, FlushListener listener) {
        LogDirectory directory = log.directory();
        return new FlushTicket(
                lines.computeIfAbsent(directory.id(), id -> workers.apply(directory)),
                log,
                listener);
    }

    /** Serves everything in line and stops. No log may ask any more. */
    @Override
    public void close() {
        lines.values().forEach(FlushWorkers::close);
        lines.clear();
    }
}
