package mortise.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import mortise.broker.telemetry.BrokerMetrics;
import mortise.tck.sim.SimClock;
import mortise.tck.sim.SimTimers;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What happens every so often goes on happening, whatever it throws. */
class PeriodicTest {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final SimClock clock = new SimClock();
    private final SimTimers timers = new SimTimers(clock);
    private final BrokerMetrics metrics = new BrokerMetrics();
    private final Failures failures =
            Failures.in(metrics, clock, LoggerFactory.getLogger(PeriodicTest.class));
    private final AtomicInteger runs = new AtomicInteger();

    private long counted() {
        return metrics.counter("background_failures_total", "").value();
    }

    private Periodic start(Runnable action) {
        return Periodic.start("counting", INTERVAL, action, timers, failures);
    }

    private void pass(int intervals) {
        for (int i = 0; i < intervals; i++) {
            clock.advance(INTERVAL);
        }
    }

    @Test
    void anActionThatThrowsRunsAgainAndIsCounted() {
        var _ =
                start(() -> {
                    runs.incrementAndGet();
                    throw new IllegalStateException("a defect");
                });

        pass(5);

        assertThat(runs).hasValue(5);
        assertThat(counted()).isEqualTo(5);
    }

    @Test
    void soDoesOneThatEndsInAnError() {
        var _ =
                start(() -> {
                    runs.incrementAndGet();
                    throw new AssertionError("a defect");
                });

        pass(3);

        assertThat(runs).hasValue(3);
        assertThat(counted()).isEqualTo(3);
    }

    @Test
    void whatIsClosedRunsNoMore() {
        Periodic periodic = start(runs::incrementAndGet);
        pass(2);

        periodic.close();
        pass(2);

        assertThat(runs).hasValue(2);
        assertThat(timers.pending()).isZero();
    }

    @Test
    void anActionMayCloseWhatRunsIt() {
        Periodic[] own = new Periodic[1];
        own[0] =
                start(() -> {
                    runs.incrementAndGet();
                    own[0].close();
                });

        pass(3);

        assertThat(runs).hasValue(1);
    }
}
