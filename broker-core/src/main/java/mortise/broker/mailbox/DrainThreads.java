package mortise.broker.mailbox;

import java.util.function.Consumer;
import mortise.broker.runtime.WorkerSource;
import mortise.broker.runtime.Workers;

/**
 * The {@code drain-<n>} workers and the line of mailboxes before them, which is no longer than
 * there are mailboxes.
 */
final class DrainThreads implements DrainWorkers {
    private final Workers<Mailbox<?, ?>> workers;

    DrainThreads(int count, WorkerSource execution, Drains drains) {
        workers = execution.workers("drain", count, () -> server(drains));
    }

    private static Consumer<Mailbox<?, ?>> server(Drains drains) {
        Trampoline mine = drains.workerTrampoline();
        return mailbox -> drains.drainAsWorker(mailbox, mine);
    }

    @Override
    public void submit(Mailbox<?, ?> mailbox) {
        workers.submit(mailbox);
    }

    /** Ends the workers once the line is empty. */
    @Override
    public void close() {
        workers.close();
    }
}
