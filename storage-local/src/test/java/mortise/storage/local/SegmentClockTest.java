package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import mortise.spi.storage.RetentionLimits;
import mortise.tck.sim.SimContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A wall clock that goes backwards neither breaks the rolling of segments nor drops data. */
class SegmentClockTest {
    private static final long MONTH = Duration.ofDays(30).toMillis();
    private static final long NOW = 1_767_225_600_000L;

    @TempDir Path data;

    private Broker broker;

    @BeforeEach
    void open() {
        broker = Broker.on(SimContext.on(data, 1));
    }

    @AfterEach
    void close() {
        broker.close();
    }

    @Test
    void aSegmentRollsAtMostTooEarlyAndNothingIsLost() {
        broker.append(1, 10, NOW);
        long back = NOW - MONTH;
        assertThat(broker.log().rollIfNeeded(10, back, back)).isEmpty();
        assertThat(broker.log().rollIfNeeded(10, NOW, NOW)).as("early, once").hasValue(1);
        broker.append(1, 10, back);
        broker.append(1, 10, NOW);
        assertThat(broker.log().rollIfNeeded(10, NOW, NOW)).isEmpty();
        assertThat(broker.log().bounds().endOffset()).isEqualTo(3);
        assertThat(broker.log().largestTimestamp())
                .hasValueSatisfying(largest -> assertThat(largest.maxTimestamp()).isEqualTo(NOW));
    }

    @Test
    void dataFromAFutureThatIsNoMoreIsKept() {
        for (int i = 0; i < 60; i++) {
            broker.append(2, 900, NOW + i);
        }
        long end = broker.log().bounds().endOffset();
        long week = Duration.ofDays(7).toMillis();
        assertThat(broker.log().retainedFrom(new RetentionLimits(-1, week, NOW - MONTH, end)))
                .isZero();
    }
}
