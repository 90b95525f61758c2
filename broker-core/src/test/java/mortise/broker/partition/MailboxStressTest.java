package mortise.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import mortise.api.Clock;
import mortise.api.config.Config;
import mortise.api.metrics.Metrics;
import mortise.broker.runtime.ThreadedExecution;
import mortise.record.RecordBatch;
import org.junit.jupiter.api.Test;

/** Mailboxes under many threads: nothing is lost, doubled, reordered or left without an owner. */
class MailboxStressTest {
    private static final int MAILBOXES = 5;
    private static final int PRODUCERS = 4;
    private static final int REQUESTS = 20_000;
    private static final int IN_FLIGHT = 5;

    private final PartitionSettings settings =
            PartitionSettings.from(
                    Config.of(
                            PartitionSettings.SCHEMA,
                            Map.of(
                                    "partition.mailbox-commands", "3",
                                    "partition.mailbox-bytes", "1024",
                                    "partition.drain-quota-commands", "7",
                                    "partition.drain-run-queue", "2",
                                    "partition.append-set-batches", "4")));
    private final Drains drains =
            Drains.on(
                    new ThreadedExecution(
                            Clock.system(), new SplittableRandom(1), Metrics.discarding()),
                    settings,
                    Metrics.discarding());
    private final CreditLine line = new CreditLine(PartitionRig.unexpected());
    private final AtomicLong completed = new AtomicLong();

    /**
     * A mailbox's owner that checks that it has one writer and that each producer's order holds.
     */
    private static final class Checker implements MailboxOwner {
        private final int[] lastOf = new int[PRODUCERS];
        private final AtomicInteger inside = new AtomicInteger();
        private volatile String problem = "";

        @Override
        public void signalled(int signals) {
            enter();
            inside.decrementAndGet();
        }

        @Override
        public void execute(ControlCommand command) {
            enter();
            inside.decrementAndGet();
            command.done().complete(null);
        }

        @Override
        public void append(AppendRun run) {
            enter();
            for (int i = 0; i < run.takenCount(); i++) {
                Numbered batch = (Numbered) run.taken(i);
                if (batch.number <= lastOf[batch.producer]) {
                    problem = "producer " + batch.producer + " went back to " + batch.number;
                }
                lastOf[batch.producer] = batch.number;
            }
            int count = run.takenCount();
            Numbered[] done = new Numbered[count];
            for (int i = 0; i < count; i++) {
                done[i] = (Numbered) run.taken(i);
            }
            inside.decrementAndGet();
            for (Numbered batch : done) {
                batch.acknowledge(0);
            }
        }

        private void enter() {
            if (inside.incrementAndGet() != 1) {
                problem = "two threads at once";
            }
        }

        @Override
        public int runBytes() {
            return 300;
        }

        @Override
        public void fence(Throwable cause) {
            problem = "fenced by " + cause;
        }
    }

    private static final class Numbered extends AppendBatch {
        private final Request request;
        private final int producer;
        private final int number;

        Numbered(RecordBatch batch, Request request, int producer, int number) {
            super(batch, (short) 1, 0);
            this.request = request;
            this.producer = producer;
            this.number = number;
        }

        @Override
        protected void completed() {
            request.through();
        }
    }

    /** A request with batches for several mailboxes, whose successor starts when it has offered. */
    private final class Request implements CreditRequest {
        private final List<PartitionMailbox> targets;
        private final List<Numbered> batches = new ArrayList<>();
        private final AtomicInteger outstanding;
        private final Semaphore ordering;
        private final Semaphore inFlight;

        Request(
                List<PartitionMailbox> targets,
                RecordBatch batch,
                int producer,
                int number,
                Semaphore ordering,
                Semaphore inFlight) {
            this.targets = targets;
            this.ordering = ordering;
            this.inFlight = inFlight;
            this.outstanding = new AtomicInteger(targets.size());
            for (int i = 0; i < targets.size(); i++) {
                batches.add(new Numbered(batch, this, producer, number));
            }
        }

        @Override
        public int batchCount() {
            return targets.size();
        }

        @Override
        public PartitionMailbox batchTarget(int index) {
            return targets.get(index);
        }

        @Override
        public int batchBytes(int index) {
            return batches.get(index).sizeInBytes();
        }

        @Override
        public void creditGranted() {
            for (int i = 0; i < batches.size(); i++) {
                targets.get(i).offer(batches.get(i));
            }
            ordering.release();
        }

        void through() {
            if (outstanding.decrementAndGet() == 0) {
                completed.incrementAndGet();
                inFlight.release();
            }
        }
    }

    @Test
    void fullMailboxesNeitherDeadlockNorDropNorReorder() throws Exception {
        List<Checker> checkers = new ArrayList<>();
        List<PartitionMailbox> mailboxes = new ArrayList<>();
        DrainSite site = new DrainSite(1);
        for (int i = 0; i < MAILBOXES; i++) {
            Checker checker = new Checker();
            checkers.add(checker);
            mailboxes.add(new PartitionMailbox(checker, site, drains, line, settings));
        }
        CountDownLatch finished = new CountDownLatch(PRODUCERS);
        for (int producer = 0; producer < PRODUCERS; producer++) {
            int number = producer;
            Thread.ofPlatform()
                    .daemon()
                    .start(() -> {
                        produce(number, mailboxes, site);
                        finished.countDown();
                    });
        }

        assertThat(finished.await(120, TimeUnit.SECONDS)).as("a request is stuck").isTrue();

        drains.close();
        assertThat(completed).hasValue((long) PRODUCERS * REQUESTS);
        assertThat(checkers).extracting(checker -> checker.problem).containsOnly("");
        assertThat(mailboxes)
                .extracting(PartitionMailbox::toString)
                .containsOnly("0 commands, 0 bytes");
        assertThat(line.length()).isZero();
        assertThat(mailboxes).noneMatch(PartitionMailbox::awaited);
    }

    private void produce(int producer, List<PartitionMailbox> mailboxes, DrainSite site) {
        SplittableRandom random = new SplittableRandom(producer);
        RecordBatch batch = PartitionRig.batch(1, 10);
        Semaphore ordering = new Semaphore(1);
        Semaphore inFlight = new Semaphore(IN_FLIGHT);
        for (int i = 1; i <= REQUESTS; i++) {
            ordering.acquireUninterruptibly();
            inFlight.acquireUninterruptibly();
            List<PartitionMailbox> targets = new ArrayList<>();
            int first = random.nextInt(MAILBOXES);
            int count = random.nextInt(1, MAILBOXES + 1);
            int step = random.nextBoolean() ? 1 : MAILBOXES - 1;
            for (int target = 0; target < count; target++) {
                targets.add(mailboxes.get((first + target * step) % MAILBOXES));
            }
            Request request = new Request(targets, batch, producer, i, ordering, inFlight);
            if (line.enter(request)) {
                request.creditGranted();
            }
            if (random.nextInt(50) == 0) {
                mailboxes.get(first).signal(1 << random.nextInt(4));
                // the site flips, so that some drains happen here and some there
                site.wrote(random.nextBoolean() ? 2 : 0);
            }
        }
        inFlight.acquireUninterruptibly(IN_FLIGHT);
    }
}
