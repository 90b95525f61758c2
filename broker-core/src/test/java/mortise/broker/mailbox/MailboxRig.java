package mortise.broker.mailbox;

import java.util.ArrayDeque;
import mortise.api.metrics.Metrics;
import mortise.broker.runtime.Failures;
import mortise.tck.sim.SimClock;
import org.slf4j.LoggerFactory;

/** Mailboxes in one thread, whose drain threads are a queue that {@link #settle} empties. */
final class MailboxRig {
    static final MailboxBounds BOUNDS = new MailboxBounds(8, 1_024);
    static final int BYTES = 100;

    final ArrayDeque<Mailbox<?, ?>> handedOn = new ArrayDeque<>();
    final Drains drains =
            new Drains(
                    new DrainBounds(4, 1 << 20, 1),
                    Metrics.discarding(),
                    all ->
                            new DrainWorkers() {
                                @Override
                                public void submit(Mailbox<?, ?> mailbox) {
                                    handedOn.add(mailbox);
                                }

                                @Override
                                public void close() {}
                            });
    final CreditLine line = new CreditLine(unexpected());
    final DrainSite site = new DrainSite(1_000_000);
    private int offered;

    /** Where failures of parts go that no test looks at. */
    static Failures unexpected() {
        return Failures.in(
                Metrics.discarding(), new SimClock(), LoggerFactory.getLogger(MailboxRig.class));
    }

    Mailbox<TestCommand, String> mailbox(MailboxOwner<TestCommand, String> owner) {
        return new Mailbox<>(owner, site, drains, line, BOUNDS);
    }

    /** Takes credit for a command, which there must be, and offers it. */
    TestCommand offer(Mailbox<TestCommand, String> to) {
        TestCommand command = new TestCommand(++offered, BYTES);
        if (!to.tryTake(command.sizeInBytes())) {
            throw new AssertionError("no room");
        }
        to.offer(command);
        return command;
    }

    /** Runs what was handed on until nothing is. */
    void settle() {
        Trampoline worker = drains.workerTrampoline();
        for (Mailbox<?, ?> next = handedOn.poll(); next != null; next = handedOn.poll()) {
            drains.drainAsWorker(next, worker);
        }
    }
}
