package mortise.broker.mailbox;

import java.util.concurrent.ConcurrentLinkedQueue;
import mortise.api.metrics.Metrics;
import mortise.broker.runtime.Failures;
import org.slf4j.LoggerFactory;

/**
 * Mailboxes for one iteration. Their drain threads are whoever calls {@link #work}: an actor, or
 * the arbiter that finishes what is left.
 */
final class Stage {
    /** The size of every command. */
    static final int BYTES = 70;

    /**
     * What fits.
     *
     * @param commands how many a mailbox holds
     * @param quota how many a drain serves
     * @param runQueue how many mailboxes wait on a thread
     */
    record Room(int commands, int quota, int runQueue) {}

    /** One command fills a mailbox. */
    static final Room TIGHT = new Room(1, 8, 4);

    /** Room for everything that a test offers, a quota of one command, and no run queue. */
    static final Room NARROW = new Room(8, 1, 0);

    /** Room and quota for everything that a test offers. */
    static final Room WIDE = new Room(8, 8, 4);

    final CreditLine line =
            new CreditLine(
                    new Failures(
                            LoggerFactory.getLogger(Stage.class),
                            () -> 0,
                            Metrics.discarding().counter("unexpected", "Not to be.")));
    private final ConcurrentLinkedQueue<Mailbox<?, ?>> handedOn = new ConcurrentLinkedQueue<>();
    private final MailboxBounds bounds;
    private final Drains drains;

    Stage(Room room) {
        this.bounds = new MailboxBounds(room.commands(), 1 << 20);
        this.drains =
                new Drains(
                        new DrainBounds(room.quota(), 1 << 20, room.runQueue()),
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
    }

    Mailbox<Numbered, String> mailbox(MailboxOwner<Numbered, String> owner) {
        return new Mailbox<>(owner, new DrainSite(Long.MAX_VALUE), drains, line, bounds);
    }

    /** Drains what was handed on, as a drain thread does. */
    void work() {
        Trampoline worker = drains.workerTrampoline();
        for (Mailbox<?, ?> next = handedOn.poll(); next != null; next = handedOn.poll()) {
            drains.drainAsWorker(next, worker);
        }
    }

    /** A command that carries its number. */
    record Numbered(int number) implements DataCommand {
        @Override
        public int sizeInBytes() {
            return BYTES;
        }
    }

    /** Takes credit, which a test with enough room always gets, and offers. */
    static void offer(Mailbox<Numbered, String> mailbox, int number) {
        if (!mailbox.tryTake(BYTES)) {
            throw new IllegalStateException("no room for command " + number);
        }
        mailbox.offer(new Numbered(number));
    }

    /**
     * An owner with plain fields: two owners at once, or one that does not see what the one before
     * it wrote, lose counts.
     */
    static class Owner implements MailboxOwner<Numbered, String> {
        int served;
        int lastNumber;
        boolean reordered;
        int executed;
        int signals;

        @Override
        public void signalled(int raised) {
            signals |= raised;
        }

        @Override
        public void execute(String command) {
            executed++;
        }

        @Override
        public void serve(Numbered first, DataLane<Numbered> behind) {
            served(first.number());
            while (behind.peek() != null) {
                served(behind.take().number());
            }
        }

        void served(int number) {
            served++;
            if (number > 0) {
                reordered |= number < lastNumber;
                lastNumber = number;
            }
        }

        @Override
        public void fence(Throwable cause) {
            throw new IllegalStateException("fenced", cause);
        }
    }
}
