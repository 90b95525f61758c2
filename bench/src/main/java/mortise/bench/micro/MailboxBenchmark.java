package mortise.bench.micro;

import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import mortise.api.Clock;
import mortise.api.metrics.Metrics;
import mortise.broker.mailbox.CreditLine;
import mortise.broker.mailbox.DataCommand;
import mortise.broker.mailbox.DataLane;
import mortise.broker.mailbox.DrainBounds;
import mortise.broker.mailbox.DrainSite;
import mortise.broker.mailbox.Drains;
import mortise.broker.mailbox.Mailbox;
import mortise.broker.mailbox.MailboxBounds;
import mortise.broker.mailbox.MailboxOwner;
import mortise.broker.runtime.Failures;
import mortise.broker.runtime.ThreadedExecution;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.infra.Blackhole;
import org.slf4j.LoggerFactory;

/**
 * A short piece of work on state that has one writer at a time: through a mailbox, under a lock,
 * and by a thread of its own behind a queue. Of the last, as of the mailbox with two producers, the
 * time is what a producer spends; all are held back by the same bound.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MailboxBenchmark {
    private static final int WAITING = 1_024;
    private static final int COMMAND_BYTES = 100;
    private static final int WORK = 50;
    private static final DataCommand COMMAND = () -> COMMAND_BYTES;

    @Param({"mailbox", "lock", "queue"})
    public String entrance;

    private Entrance way;

    /** How producers come to the state. */
    private interface Entrance {
        void offer(DataCommand command) throws InterruptedException;

        default void end() throws InterruptedException {}
    }

    /** What has one writer at a time. */
    private static final class Served {
        private long bytes;

        long serve(DataCommand command) {
            Blackhole.consumeCPU(WORK);
            bytes += command.sizeInBytes();
            return bytes;
        }
    }

    @Setup
    public void open() {
        way =
                switch (entrance) {
                    case "mailbox" -> new ThroughMailbox();
                    case "lock" -> new UnderLock();
                    case "queue" -> new BehindQueue();
                    default -> throw new IllegalArgumentException(entrance);
                };
    }

    @TearDown
    public void close() throws InterruptedException {
        way.end();
    }

    @Benchmark
    @Threads(1)
    public void oneProducer() throws InterruptedException {
        way.offer(COMMAND);
    }

    @Benchmark
    @Threads(2)
    public void twoProducers() throws InterruptedException {
        way.offer(COMMAND);
    }

    /** As the broker does it. */
    private static final class ThroughMailbox
            implements Entrance, MailboxOwner<DataCommand, Object> {
        private final Served state = new Served();
        private final ThreadedExecution execution =
                new ThreadedExecution(
                        Clock.system(), new SplittableRandom(1), Metrics.discarding());
        private final Drains drains =
                Drains.on(execution, new DrainBounds(512, 8 << 20, 256), 2, Metrics.discarding());
        private final Mailbox<DataCommand, Object> mailbox =
                new Mailbox<>(
                        this,
                        new DrainSite(Long.MAX_VALUE),
                        drains,
                        new CreditLine(
                                Failures.in(
                                        Metrics.discarding(),
                                        Clock.system(),
                                        LoggerFactory.getLogger(MailboxBenchmark.class))),
                        new MailboxBounds(WAITING, 1 << 20));

        @SuppressWarnings("ThreadPriorityCheck") // whoever has the mailbox may need the processor
        @Override
        public void offer(DataCommand command) {
            while (!mailbox.tryTake(COMMAND_BYTES)) {
                Thread.yield();
            }
            mailbox.offer(command);
        }

        @Override
        public void serve(DataCommand first, DataLane<DataCommand> behind) {
            state.serve(first);
            while (behind.peek() != null) {
                state.serve(behind.take());
            }
        }

        @Override
        public void signalled(int signals) {}

        @Override
        public void execute(Object command) {}

        @Override
        public void fence(Throwable cause) {
            throw new IllegalStateException("serving failed", cause);
        }

        @Override
        public void end() {
            drains.close();
            execution.close();
        }
    }

    private static final class UnderLock implements Entrance {
        private final Served state = new Served();
        private final ReentrantLock lock = new ReentrantLock();

        @Override
        public void offer(DataCommand command) {
            lock.lock();
            try {
                state.serve(command);
            } finally {
                lock.unlock();
            }
        }
    }

    private static final class BehindQueue implements Entrance {
        private final Served state = new Served();
        private final ArrayBlockingQueue<DataCommand> queue = new ArrayBlockingQueue<>(WAITING);
        private final Thread consumer = new Thread(this::serve, "consumer");

        BehindQueue() {
            consumer.setDaemon(true);
            consumer.start();
        }

        private void serve() {
            try {
                while (true) {
                    state.serve(queue.take());
                }
            } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void offer(DataCommand command) throws InterruptedException {
            queue.put(command);
        }

        @Override
        public void end() throws InterruptedException {
            consumer.interrupt();
            consumer.join();
        }
    }
}
