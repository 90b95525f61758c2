package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.random.RandomGenerator;
import mortise.tck.sim.Seeded;
import org.junit.jupiter.api.Test;

/** How batches are found by time. Clients choose timestamps, so none can be believed. */
public interface TimestampContract extends StorageUnderTest {
    /** An empty log has no timestamps. */
    @Test
    default void anEmptyLogHasNoTimestamps() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            assertThat(log.log().largestTimestamp())
                    .as("the largest timestamp of an empty log")
                    .isEmpty();
            assertThat(log.log().offsetAtOrAfter(0))
                    .as("the first offset at or after a timestamp in an empty log")
                    .isEmpty();
        }
    }

    /** The first batch whose largest timestamp is not older is found, across segments. */
    @Test
    default void risingTimestampsAreFound() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            for (int i = 0; i < 60; i++) {
                long base = i * 10L;
                log.rollAndAppend(SampleBatch.of(base, base + 9, 1_000 + i * 10L, i / 7, 1_000, 1));
            }
            for (long timestamp = 990; timestamp < 1_610; timestamp += 5) {
                assertThat(log.log().offsetAtOrAfter(timestamp))
                        .as("timestamp %s", timestamp)
                        .isEqualTo(log.expected().atOrAfter(timestamp));
            }
            log.check();
        }
    }

    /** Timestamps in any order, lies among them, do not lead past the right batch. */
    @Seeded(runs = 20)
    default void timestampsInAnyOrderAreFound(long seed, RandomGenerator random) {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            for (int i = 0; i < 40; i++) {
                long timestamp =
                        switch (random.nextInt(12)) {
                            case 0 -> -1;
                            case 1 -> i == 25 ? Long.MAX_VALUE : 0;
                            default -> random.nextLong(100_000);
                        };
                long base = log.log().bounds().endOffset();
                log.rollAndAppend(
                        SampleBatch.of(base, base + 9, timestamp, 0, random.nextInt(1_500), seed));
            }
            log.check();
            log.advanceStart(log.log().bounds().endOffset() / 2);
            log.check();
            log.truncateTo(log.log().bounds().endOffset() * 3 / 4);
            log.check();
            log.reopenLog();
            log.check();
        }
    }

    /** Timestamps from before 1970, to the smallest there is, are found like any other. */
    @Test
    default void timestampsBeforeTheEpochAreFound() {
        long[] timestamps = {-5_000, -1, -4_000, -70, -2, Long.MIN_VALUE, -3};
        try (LogUnderTest log = LogUnderTest.open(this)) {
            for (int i = 0; i < timestamps.length; i++) {
                long base = i * 10L;
                log.rollAndAppend(SampleBatch.of(base, base + 9, timestamps[i], 0, 900, i));
                log.check();
                assertThat(log.log().offsetAtOrAfter(Long.MIN_VALUE))
                        .as(
                                "the first offset at or after the smallest timestamp, where timestamps are negative")
                        .isEqualTo(log.expected().atOrAfter(Long.MIN_VALUE));
            }
            log.advanceStart(20);
            log.check();
            log.reopenLog();
            log.check();
        }
    }

    /** The largest timestamp is found wherever it lies, and forgotten with its batch. */
    @Test
    default void theLargestTimestampGoesWithItsBatch() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(20);
            long base = log.log().bounds().endOffset();
            log.rollAndAppend(SampleBatch.of(base, base, log.now() + 1_000_000, 0, 10, 1));
            log.fill(20);
            log.check();
            log.truncateTo(base);
            log.check();
        }
    }
}
