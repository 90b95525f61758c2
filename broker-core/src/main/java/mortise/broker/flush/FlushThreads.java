package mortise.broker.flush;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import mortise.api.Clock;
import mortise.api.metrics.Histogram;
import mortise.broker.runtime.Failures;
import mortise.broker.telemetry.SlowFlushEvent;
import mortise.spi.storage.LogDirectory;
import org.jspecify.annotations.Nullable;

/**
 * The logs of one directory that wait for a sync, and the threads that serve them. A log stands in
 * line at most once, so the line is as long as the directory has open logs.
 */
final class FlushThreads implements FlushWorkers {
    private final BlockingQueue<Entry> waiting = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final LogDirectory directory;
    private final Clock clock;
    private final Histogram syncNanos;
    private final Failures unexpected;

    /** A ticket, or null to end one thread. */
    private record Entry(@Nullable FlushTicket ticket) {}

    FlushThreads(
            LogDirectory directory,
            int threadCount,
            ThreadFactory factory,
            Clock clock,
            Histogram syncNanos,
            Failures unexpected) {
        this.directory = directory;
        this.clock = clock;
        this.syncNanos = syncNanos;
        this.unexpected = unexpected;
        for (int i = 0; i < threadCount; i++) {
            threads.add(factory.newThread(this::serve));
        }
        threads.forEach(Thread::start);
    }

    @Override
    public void submit(FlushTicket ticket) {
        waiting.add(new Entry(ticket));
    }

    private void serve() {
        try {
            for (FlushTicket next = waiting.take().ticket();
                    next != null;
                    next = waiting.take().ticket()) {
                FlushTicket ticket = next;
                unexpected.contain("a sync", () -> timed(ticket));
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void timed(FlushTicket ticket) {
        SlowFlushEvent event = SlowFlushEvent.begun();
        long began = clock.nanoTime();
        ticket.serve();
        syncNanos.record(clock.nanoTime() - began);
        event.ended(directory.location());
    }

    /** How many logs are in line. */
    int waiting() {
        return waiting.size();
    }

    @Override
    public void close() {
        threads.forEach(thread -> waiting.add(new Entry(null)));
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
