package mortise.broker.flush;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mortise.api.Clock;
import mortise.api.config.Config;
import mortise.broker.partition.HeapLogStore;
import mortise.broker.partition.PartitionRig;
import mortise.broker.runtime.Execution;
import mortise.broker.runtime.ThreadedExecution;
import mortise.broker.telemetry.BrokerMetrics;
import mortise.spi.storage.PartitionLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FlushTicketTest {
    private final ArrayDeque<FlushTicket> line = new ArrayDeque<>();
    private final List<String> heard = new ArrayList<>();
    private @Nullable Runnable duringSync;
    private @Nullable Error failure;
    private @Nullable RuntimeException defect;
    private final FlushTicket ticket =
            new FlushTicket(
                    new FlushWorkers() {
                        @Override
                        public void submit(FlushTicket asked) {
                            line.add(asked);
                        }

                        @Override
                        public void close() {}
                    },
                    syncOnly(),
                    new FlushListener() {
                        @Override
                        public void flushed() {
                            heard.add("flushed");
                            if (defect != null) {
                                throw defect;
                            }
                        }

                        @Override
                        public void flushFailed(RuntimeException cause) {
                            heard.add(String.valueOf(cause.getMessage()));
                            if (defect != null) {
                                throw defect;
                            }
                        }
                    });

    private PartitionLog syncOnly() {
        return (PartitionLog)
                Proxy.newProxyInstance(
                        PartitionLog.class.getClassLoader(),
                        new Class<?>[] {PartitionLog.class},
                        (proxy, method, arguments) -> {
                            assertThat(method.getName()).isEqualTo("sync");
                            if (duringSync != null) {
                                duringSync.run();
                            }
                            if (failure != null) {
                                throw failure;
                            }
                            return null;
                        });
    }

    @Test
    void noSyncBeginsOnceTheyAreEnded() {
        duringSync = () -> heard.add("sync");
        ticket.request();
        ticket.end();
        line.remove().serve();
        ticket.request();
        line.remove().serve();

        assertThat(heard).isEmpty();
    }

    @Test
    void endingWaitsForTheSyncThatIsUnderWay() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        duringSync =
                () -> {
                    begun.countDown();
                    try {
                        mayEnd.await();
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                };
        ticket.request();
        Thread flusher = Thread.ofVirtual().start(() -> line.remove().serve());
        begun.await();
        Thread closer = Thread.ofPlatform().start(ticket::end);
        while (closer.getState() != Thread.State.BLOCKED) {
            Thread.onSpinWait();
        }
        assertThat(heard).isEmpty();

        mayEnd.countDown();
        flusher.join();
        closer.join();

        assertThat(heard).containsExactly("flushed");
    }

    @Test
    void whoAsksWhileItWaitsSharesTheSync() {
        ticket.request();
        ticket.request();

        assertThat(line).hasSize(1);
        line.remove().serve();
        assertThat(heard).containsExactly("flushed");
        assertThat(line).isEmpty();
    }

    @Test
    void whoAsksDuringASyncGetsAnother() {
        duringSync =
                () -> {
                    duringSync = null;
                    ticket.request();
                    ticket.request();
                };
        ticket.request();

        line.remove().serve();
        assertThat(line).hasSize(1);
        line.remove().serve();

        assertThat(heard).containsExactly("flushed", "flushed");
        assertThat(line).isEmpty();
    }

    @Test
    void anErrorIsAFailedSyncAndTheTicketGoesOn() {
        failure = new StackOverflowError("too deep");
        ticket.request();
        line.remove().serve();
        assertThat(heard).singleElement().asString().contains("too deep");

        failure = null;
        ticket.request();
        line.remove().serve();
        assertThat(heard).hasSize(2).last().isEqualTo("flushed");
    }

    @Test
    void aListenerThatThrowsMakesNoFailedSyncAndIsToldOfTheNext() {
        defect = new IllegalStateException("a defect");
        ticket.request();
        assertThatThrownBy(() -> line.remove().serve()).isEqualTo(defect);
        assertThat(heard).containsExactly("flushed");

        failure = new StackOverflowError("too deep");
        ticket.request();
        assertThatThrownBy(() -> line.remove().serve()).isEqualTo(defect);
        assertThat(heard).hasSize(2).last().asString().contains("too deep");

        failure = null;
        defect = null;
        ticket.request();
        line.remove().serve();
        assertThat(heard).hasSize(3).last().isEqualTo("flushed");
    }

    @Test
    void aListenerThatThrowsCostsNoFlusherThread() throws Exception {
        BrokerMetrics metrics = new BrokerMetrics();
        CountDownLatch told = new CountDownLatch(3);
        try (Execution execution =
                        new ThreadedExecution(Clock.system(), new SplittableRandom(1), metrics);
                FlushCoordinator flushes =
                        FlushCoordinator.on(
                                execution,
                                Config.of(
                                        FlushSettings.SCHEMA,
                                        Map.of("flush.threads-per-directory", "1")),
                                Clock.system(),
                                metrics)) {
            FlushTicket defective =
                    flushes.register(
                            new HeapLogStore()
                                    .open(PartitionRig.id("t", 0), PartitionRig.TOPIC.log()),
                            new FlushListener() {
                                @Override
                                public void flushed() {
                                    told.countDown();
                                    throw new IllegalStateException("a defect");
                                }

                                @Override
                                public void flushFailed(RuntimeException cause) {
                                    throw new AssertionError("no sync has failed", cause);
                                }
                            });
            while (told.getCount() > 0) {
                defective.request();
                Thread.onSpinWait();
            }
            assertThat(told.await(0, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(metrics.counter("background_failures_total", "").value())
                .isGreaterThanOrEqualTo(3);
    }
}
