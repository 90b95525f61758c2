package mortise.broker.flush;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * The logs of one directory that wait for a sync, and the threads that serve them. A log stands in
 * line at most once, so the line is as long as the directory has open logs.
 */
final class FlushThreads implements FlushWorkers {
    private final BlockingQueue<Entry> waiting = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();

    /** A ticket, or null to end one thread. */
    private record Entry(@Nullable FlushTicket ticket) {}

    FlushThreads(int threadCount, ThreadFactory factory) {
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
                next.serve();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
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
