package mortise.broker.flush;

import mortise.api.Clock;
import mortise.api.metrics.Histogram;
import mortise.broker.runtime.WorkerSource;
import mortise.broker.runtime.Workers;
import mortise.broker.telemetry.SlowFlushEvent;
import mortise.spi.storage.LogDirectory;

/**
 * The logs of one directory that wait for a sync, and the workers that serve them. A log stands in
 * line at most once, so the line is as long as the directory has open logs.
 */
final class FlushThreads implements FlushWorkers {
    private final Workers<FlushTicket> workers;
    private final LogDirectory directory;
    private final Clock clock;
    private final Histogram syncNanos;

    FlushThreads(
            String name,
            int count,
            LogDirectory directory,
            WorkerSource execution,
            Clock clock,
            Histogram syncNanos) {
        this.directory = directory;
        this.clock = clock;
        this.syncNanos = syncNanos;
        this.workers = execution.workers(name, count, () -> this::serve);
    }

    @Override
    public void submit(FlushTicket ticket) {
        workers.submit(ticket);
    }

    private void serve(FlushTicket ticket) {
        SlowFlushEvent event = SlowFlushEvent.begun();
        long began = clock.nanoTime();
        ticket.serve();
        syncNanos.record(clock.nanoTime() - began);
        event.ended(directory.location());
    }

    /** How many logs are in line. */
    int waiting() {
        return workers.waiting();
    }

    @Override
    public void close() {
        workers.close();
    }
}
