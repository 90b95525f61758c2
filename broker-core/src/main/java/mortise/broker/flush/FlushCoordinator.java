package mortise.broker.flush;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
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
    private final FlushSettings settings;
    private final Function<String, ThreadFactory> threads;
    private final Map<UUID, FlushLine> lines = new ConcurrentHashMap<>();
    private int directories;

    /**
     * A coordinator without threads yet: they start with a directory's first log.
     *
     * @param threads gives a factory of threads whose names begin with what it is given
     */
    public FlushCoordinator(FlushSettings settings, Function<String, ThreadFactory> threads) {
        this.settings = settings;
        this.threads = threads;
    }

    /** A place in the line of a log's directory. */
    public FlushTicket register(PartitionLog log, FlushListener listener) {
        return new FlushTicket(line(log.directory()), log, listener);
    }

    private FlushLine line(LogDirectory directory) {
        FlushLine known = lines.get(directory.id());
        return known != null ? known : begin(directory);
    }

    private synchronized FlushLine begin(LogDirectory directory) {
        FlushLine known = lines.get(directory.id());
        if (known != null) {
            return known;
        }
        FlushLine line =
                new FlushLine(
                        settings.threadsPerDirectory(), threads.apply("flush-" + directories++));
        line.start();
        lines.put(directory.id(), line);
        return line;
    }

    /** Serves everything in line and ends the threads. No log may ask any more. */
    @Override
    public synchronized void close() {
        lines.values().forEach(FlushLine::close);
        lines.clear();
    }
}
