package mortise.broker.partition;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import mortise.api.config.Config;
import mortise.api.metrics.Metrics;
import mortise.broker.runtime.Failures;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import org.slf4j.LoggerFactory;

/**
 * Mailboxes for one iteration. Their drain threads are whoever calls {@link #work}: an actor, or
 * the arbiter that finishes what is left.
 */
final class Stage {
    static final RecordBatch BATCH = batch();

    /** One command fills a mailbox. */
    static final PartitionSettings TIGHT = settings("1", "8", "4");

    /** Room for everything that a test offers, a quota of one command, and no run queue. */
    static final PartitionSettings NARROW = settings("8", "1", "0");

    /** Room and quota for everything that a test offers. */
    static final PartitionSettings WIDE = settings("8", "8", "4");

    final CreditLine line =
            new CreditLine(
                    new Failures(
                            LoggerFactory.getLogger(Stage.class),
                            () -> 0,
                            Metrics.discarding().counter("unexpected", "Not to be.")));
    private final ConcurrentLinkedQueue<PartitionMailbox> handedOn = new ConcurrentLinkedQueue<>();
    private final PartitionSettings settings;
    private final Drains drains;

    Stage(PartitionSettings settings) {
        this.settings = settings;
        this.drains =
                new Drains(
                        settings,
                        Metrics.discarding(),
                        all ->
                                new DrainWorkers() {
                                    @Override
                                    public void submit(PartitionMailbox mailbox) {
                                        handedOn.add(mailbox);
                                    }

                                    @Override
                                    public void close() {}
                                });
    }

    private static PartitionSettings settings(String room, String quota, String runQueue) {
        return PartitionSettings.from(
                Config.of(
                        PartitionSettings.SCHEMA,
                        Map.of(
                                "partition.mailbox-commands", room,
                                "partition.drain-quota-commands", quota,
                                "partition.drain-run-queue", runQueue,
                                "partition.append-set-batches", "4")));
    }

    private static RecordBatch batch() {
        return RecordBatchBuilder.growing(128).append(0, null, ByteBuffer.allocate(1)).build();
    }

    PartitionMailbox mailbox(MailboxOwner owner) {
        return new PartitionMailbox(owner, new DrainSite(Long.MAX_VALUE), drains, line, settings);
    }

    /** Drains what was handed on, as a drain thread does. */
    void work() {
        Trampoline worker = drains.workerTrampoline();
        for (PartitionMailbox next = handedOn.poll(); next != null; next = handedOn.poll()) {
            drains.drainAsWorker(next, worker);
        }
    }

    /** A batch that carries its number. */
    static final class Numbered extends AppendBatch {
        final int number;

        Numbered(int number) {
            super(BATCH, (short) 1, Long.MAX_VALUE);
            this.number = number;
        }

        @Override
        protected void completed() {}
    }

    /** Takes credit, which a test with enough room always gets, and offers. */
    static void offer(PartitionMailbox mailbox, int number) {
        if (!mailbox.tryTake(BATCH.sizeInBytes())) {
            throw new IllegalStateException("no room for batch " + number);
        }
        mailbox.offer(new Numbered(number));
    }

    /**
     * An owner with plain fields: two owners at once, or one that does not see what the one before
     * it wrote, lose counts.
     */
    static class Owner implements MailboxOwner {
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
        public void execute(ControlCommand command) {
            executed++;
        }

        @Override
        public void append(AppendRun run) {
            for (int i = 0; i < run.takenCount(); i++) {
                served(((Numbered) run.taken(i)).number);
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
        public int runBytes() {
            return Integer.MAX_VALUE;
        }

        @Override
        public void fence(Throwable cause) {
            throw new IllegalStateException("fenced", cause);
        }
    }
}
