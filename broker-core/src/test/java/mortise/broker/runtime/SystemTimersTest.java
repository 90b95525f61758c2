package mortise.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mortise.api.Clock;
import mortise.broker.telemetry.BrokerMetrics;
import org.junit.jupiter.api.Test;

class SystemTimersTest {
    @Test
    void anActionThatThrowsCostsNoOtherItsTimer() throws Exception {
        BrokerMetrics metrics = new BrokerMetrics();
        CountDownLatch ran = new CountDownLatch(1);
        try (SystemTimers timers =
                new SystemTimers(new NamedThreads("timer"), Clock.system(), metrics)) {
            var _ =
                    timers.schedule(
                            Duration.ZERO,
                            () -> {
                                throw new IllegalStateException("a defect");
                            });
            var _ =
                    timers.schedule(
                            Duration.ZERO,
                            () -> {
                                throw new AssertionError("a worse one");
                            });
            var _ = timers.schedule(Duration.ofMillis(1), ran::countDown);

            assertThat(ran.await(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(metrics.counter("background_failures_total", "").value()).isEqualTo(2);
    }
}
