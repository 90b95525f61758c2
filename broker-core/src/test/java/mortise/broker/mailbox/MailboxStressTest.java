package mortise.broker.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import mortise.api.Clock;
import mortise.api.metrics.Metrics;
import mortise.broker.runtime.Blocking;
import mortise.broker.runtime.ThreadedExecution;
import mortise.broker.runtime.VirtualThreads;
import org.junit.jupiter.api.Test;

/** Mailboxes under many threads: nothing is lost, doubled, reordered or left without an owner. */
class MailboxStressTest {
    private static final int MAILBOXES = 5;
    private static final int PRODUCERS = 4;
    private static final int REQUESTS = 20_000;
    private static final int IN_FLIGHT = 5;
    private static final int BYTES = 100;
    private static final MailboxBounds BOUNDS = new MailboxBounds(3, 1_024);
    private static final Blocking THREADS = new VirtualThreads("step", 3);

    private final Drains drains =
            Drains.on(
                    new ThreadedExecution(
                            Clock.system(), new SplittableRandom(1), Metrics.discarding()),
                    new DrainBounds(7, 1 << 20, 2),
                    2,
                    Metrics.discarding());
    private final CreditLine line = new CreditLine(MailboxRig.unexpected());
    private final AtomicLong completed = new AtomicLong();

    /**
     * A mailbox's owner that checks that it has one writer and that each producer's order holds.
     */
    private static final class Checker implements MailboxOwner<Numbered, CompletableFuture<Void>> {
        private final int[] lastOf = new int[PRODUCERS];
        private final AtomicInteger inside = new AtomicInteger();
        private final List<Numbered> run = new ArrayList<>();
        private volatile String problem = "";
        private int suspended;

        /** Set once, before anything is offered. */
        private Mailbox<Numbered, CompletableFuture<Void>> mailbox;

        @Override
        public void signalled(int signals) {
            enter();
            inside.decrementAndGet();
        }

        @Override
        public void execute(CompletableFuture<Void> command) {
            enter();
            inside.decrementAndGet();
            command.complete(null);
        }

        @Override
        public void serve(Numbered first, DataLane<Numbered> behind) {
            enter();
            run.add(first);
            while (run.size() < 4 && behind.peek() != null) {
                run.add(behind.take());
            }
            inside.decrementAndGet();
            if (first.number % 32 == 0) {
                // now and then something that blocks comes first, and the order is kept
                mailbox.suspendFor(THREADS, "a step", () -> ++suspended, (steps, failure) -> end());
            } else {
                end();
            }
        }

        private void end() {
            enter();
            for (Numbered command : run) {
                if (command.number <= lastOf[command.producer]) {
                    problem = "producer " + command.producer + " went back to " + command.number;
                }
                lastOf[command.producer] = command.number;
            }
            List<Numbered> done = List.copyOf(run);
            run.clear();
            inside.decrementAndGet();
            done.forEach(command -> command.request.through());
        }

        private void enter() {
            if (inside.incrementAndGet() != 1) {
                problem = "two threads at once";
            }
        }

        @Override
        public void fence(Throwable cause) {
            problem = "fenced by " + cause;
        }
    }

    private record Numbered(Request request, int producer, int number) implements DataCommand {
        @Override
        public int sizeInBytes() {
            return BYTES;
        }
    }

    /**
     * A request with commands for several mailboxes, whose successor starts when it has offered.
     */
    private final class Request implements CreditRequest {
        private final List<Mailbox<Numbered, CompletableFuture<Void>>> targets;
        private final List<Numbered> batches = new ArrayList<>();
        private final AtomicInteger outstanding;
        private final Semaphore ordering;
        private final Semaphore inFlight;

        Request(
                List<Mailbox<Numbered, CompletableFuture<Void>>> targets,
                int producer,
                int number,
                Semaphore ordering,
                Semaphore inFlight) {
            this.targets = targets;
            this.ordering = ordering;
            this.inFlight = inFlight;
            this.outstanding = new AtomicInteger(targets.size());
            for (int i = 0; i < targets.size(); i++) {
                batches.add(new Numbered(this, producer, number));
            }
        }

        @Override
        public int commandCount() {
            return targets.size();
        }

        @Override
        public Mailbox<Numbered, CompletableFuture<Void>> target(int index) {
            return targets.get(index);
        }

        @Override
        public int bytes(int index) {
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
        List<Mailbox<Numbered, CompletableFuture<Void>>> mailboxes = new ArrayList<>();
        DrainSite site = new DrainSite(1);
        for (int i = 0; i < MAILBOXES; i++) {
            Checker checker = new Checker();
            checkers.add(checker);
            checker.mailbox = new Mailbox<>(checker, site, drains, line, BOUNDS);
            mailboxes.add(checker.mailbox);
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
        assertThat(mailboxes).extracting(Mailbox::toString).containsOnly("0 commands, 0 bytes");
        assertThat(line.length()).isZero();
        assertThat(mailboxes).noneMatch(mailbox -> mailbox.data().awaited());
    }

    private void produce(
            int producer,
            List<Mailbox<Numbered, CompletableFuture<Void>>> mailboxes,
            DrainSite site) {
        SplittableRandom random = new SplittableRandom(producer);
        Semaphore ordering = new Semaphore(1);
        Semaphore inFlight = new Semaphore(IN_FLIGHT);
        for (int i = 1; i <= REQUESTS; i++) {
            ordering.acquireUninterruptibly();
            inFlight.acquireUninterruptibly();
            List<Mailbox<Numbered, CompletableFuture<Void>>> targets = new ArrayList<>();
            int first = random.nextInt(MAILBOXES);
            int count = random.nextInt(1, MAILBOXES + 1);
            int step = random.nextBoolean() ? 1 : MAILBOXES - 1;
            for (int target = 0; target < count; target++) {
                targets.add(mailboxes.get((first + target * step) % MAILBOXES));
            }
            Request request = new Request(targets, producer, i, ordering, inFlight);
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
