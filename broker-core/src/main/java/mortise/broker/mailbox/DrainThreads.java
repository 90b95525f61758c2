package mortise.broker.mailbox;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import mortise.broker.runtime.Failures;
import org.jspecify.annotations.Nullable;

/**
 * The {@code drain-<n>} threads and the line of mailboxes before them, which is no longer than
 * there are mailboxes.
 */
final class DrainThreads implements DrainWorkers {
    private final BlockingQueue<Entry> waiting = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Drains drains;
    private final Failures unexpected;

    /** A mailbox, or null to end one thread. */
    private record Entry(@Nullable Mailbox<?, ?> mailbox) {}

    DrainThreads(int count, ThreadFactory factory, Drains drains, Failures unexpected) {
        this.drains = drains;
        this.unexpected = unexpected;
        for (int i = 0; i < count; i++) {
            threads.add(factory.newThread(this::serve));
        }
        threads.forEach(Thread::start);
    }

    @Override
    public void submit(Mailbox<?, ?> mailbox) {
        waiting.add(new Entry(mailbox));
    }

    private void serve() {
        Trampoline mine = drains.workerTrampoline();
        try {
            for (Mailbox<?, ?> next = waiting.take().mailbox();
                    next != null;
                    next = waiting.take().mailbox()) {
                drain(next, mine);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void drain(Mailbox<?, ?> mailbox, Trampoline mine) {
        try {
            drains.drainAsWorker(mailbox, mine);
        } catch (RuntimeException | Error failure) {
            // the other mailboxes need the thread
            unexpected.note("draining a mailbox", failure);
        }
    }

    /** Ends the threads once the line is empty. */
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
