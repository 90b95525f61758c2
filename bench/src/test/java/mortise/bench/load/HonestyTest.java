package mortise.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import mortise.api.Clock;
import mortise.api.HostPort;
import mortise.bench.system.RunningSubject;
import mortise.bench.system.Subject;
import mortise.bench.workload.UsageException;
import mortise.bench.workload.Workload;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * That a run measures what it says, against a process that answers every request: a stall counts
 * for all that it delayed, and a driver that is itself too slow says so.
 */
@Timeout(120)
class HonestyTest {
    private static final long STALL_NANOS = 200_000_000;
    private static final double RATE = 2_000;

    @TempDir private Path directory;

    private static Workload workload(Map<String, String> texts) {
        Map<String, String> all =
                new HashMap<>(
                        Map.of(
                                "driver", "raw",
                                "warm-up", "1s",
                                "duration", "4s",
                                "producers.count", "2",
                                "producers.in-flight", "1000",
                                "producers.request-records", "1",
                                "record.size", "100B"));
        all.putAll(texts);
        return Workload.of("honesty", all);
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private RunningSubject floor(Workload workload) throws IOException, InterruptedException {
        PreparedProduce request = RawLoad.request(workload, "floor", 0);
        RunningSubject running =
                RunningSubject.start(
                        new Subject.Floor(request, 1 << 20),
                        directory,
                        freePort(),
                        -1,
                        Clock.system());
        running.awaitPort();
        return running;
    }

    private static void signal(String name, long pid) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aStallCountsForEverySendThatItDelayed() throws Exception {
        Workload workload = workload(Map.of("producers.rate", Double.toString(RATE)));
        try (RunningSubject running = floor(workload)) {
            Progress stalling =
                    (second, produced, consumed) -> {
                        if (Math.round(second) == 2) {
                            signal("STOP", running.pid());
                            LockSupport.parkNanos(STALL_NANOS);
                            signal("CONT", running.pid());
                        }
                    };

            Outcome outcome =
                    new LoadRun(
                                    workload,
                                    LoadedBroker.of(
                                            running.address(), OptionalLong.of(running.pid())),
                                    Clock.system(),
                                    stalling)
                            .runBare();

            Histogram latencies = outcome.series("produce").orElseThrow().latencies();
            long half = latencies.getCountBetweenValues(100_000, 3_600_000_000L);
            // a tenth of a second's worth waited for a tenth of a second or longer
            assertThat(half).isGreaterThan((long) (RATE * 0.09));
            assertThat(latencies.getMaxValue()).isGreaterThan(190_000);
            assertThat(latencies.getTotalCount()).isEqualTo((long) (RATE * 4));
        }
    }

    /** A clock on which the driver's thread is held up again and again. */
    private record HoldingUp(Clock clock, AtomicInteger calls) implements Clock {
        private static final int EVERY = 50;
        private static final long NANOS = 30_000_000;

        @Override
        public long wallMillis() {
            return clock.wallMillis();
        }

        @Override
        public long nanoTime() {
            if (Thread.currentThread().getName().equals("bench-raw")
                    && calls.incrementAndGet() % EVERY == 0) {
                LockSupport.parkNanos(NANOS);
            }
            return clock.nanoTime();
        }
    }

    @Test
    void aDriverThatCannotKeepItsTimelineFailsTheRun() throws Exception {
        Workload workload = workload(Map.of("producers.rate", Double.toString(RATE)));
        try (RunningSubject running = floor(workload)) {
            Outcome outcome =
                    new LoadRun(
                                    workload,
                                    LoadedBroker.of(
                                            running.address(), OptionalLong.of(running.pid())),
                                    new HoldingUp(Clock.system(), new AtomicInteger()),
                                    Progress.SILENT)
                            .runBare();

            assertThat(outcome.failures())
                    .anySatisfy(failure ->
                            assertThat(failure)
                                    .contains("could not keep its timeline")
                                    .contains("lower producers.rate"));
        }
    }

    @Test
    void whereNobodyAnswersOneLineSaysSo() throws IOException {
        HostPort nobody = new HostPort("127.0.0.1", freePort());
        LoadRun run =
                new LoadRun(
                        workload(Map.of()),
                        LoadedBroker.of(nobody, OptionalLong.empty()),
                        Clock.system(),
                        Progress.SILENT);
        assertThatThrownBy(run::run)
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("no broker answers at " + nobody)
                .hasMessageEndingWith("; start one, or name another")
                .hasMessageNotContaining("\n");
    }
}
