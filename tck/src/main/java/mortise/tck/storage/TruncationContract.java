package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.random.RandomGenerator;
import mortise.tck.sim.Seeded;
import org.junit.jupiter.api.Test;

/** How a log gets shorter, at its end and at its start. */
public interface TruncationContract extends StorageUnderTest {
    /** Truncation to a border between batches keeps what is before it. */
    @Test
    default void truncationKeepsWhatLiesBefore() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(5);
            log.truncateTo(30);
            log.check();
            assertThat(log.log().bounds().endOffset())
                    .as("the end of a log after truncation to 30")
                    .isEqualTo(30);
            log.fill(5);
            log.check();
        }
    }

    /** Truncation into a batch removes the whole batch. */
    @Test
    default void truncationIntoABatchRemovesItWhole() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(5);
            log.truncateTo(35);
            log.check();
            assertThat(log.expected().batches())
                    .as("the batches that are left of five of ten records after truncation to 35")
                    .hasSize(3);
            log.fill(5);
            log.check();
        }
    }

    /** Truncation may go back over several segments. */
    @Test
    default void truncationCrossesSegments() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(60);
            log.truncateTo(405);
            log.check();
            log.truncateTo(100);
            log.check();
            log.fill(20);
            log.check();
            log.reopenLog();
            log.check();
        }
    }

    /** Truncation to the start leaves an empty log there. */
    @Test
    default void truncationToTheStartLeavesAnEmptyLog() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(30);
            log.advanceStart(200);
            log.truncateTo(200);
            log.check();
            assertThat(log.expected().batches())
                    .as("the batches that are left after truncation to the start")
                    .isEmpty();
            log.fill(5);
            log.check();
        }
    }

    /** Truncation at or beyond the end does nothing. */
    @Test
    default void truncationBeyondTheEndDoesNothing() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(5);
            log.truncateTo(50);
            log.check();
            log.truncateTo(1_000);
            log.check();
        }
    }

    /** The durable end never lies beyond the end. */
    @Test
    default void truncationTakesTheDurableEndBack() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(20);
            log.log().sync();
            log.truncateTo(50);

            assertThat(log.log().durableEnd().offset())
                    .as("the durable end after truncation to 50")
                    .isLessThanOrEqualTo(50);
            log.fill(1);
            assertThat(log.log().sync().offset())
                    .as("what sync() returns after truncation to 50 and an append of ten")
                    .isEqualTo(60);
        }
    }

    /** A reset log starts and ends where it was told. */
    @Test
    default void resetLeavesAnEmptyLogAnywhere() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(30);
            log.reset(1_000);
            log.check();
            assertThat(log.log().sizeInBytes()).as("the size of a log after a reset").isZero();
            log.reopenLog();
            log.check();
            log.fill(30);
            log.check();
            log.reset(7);
            log.check();
            log.fill(3);
            log.check();
        }
    }

    /** The start moves up, to a border or into a batch, and never down. */
    @Test
    default void theStartMovesUpAndNeverDown() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(40);
            for (long offset : new long[] {10, 15, 5, 333, 400}) {
                log.advanceStart(offset);
                log.check();
            }
            log.fill(3);
            log.check();
        }
    }

    /** A start that was moved is still there after the log was opened again. */
    @Test
    default void theStartSurvivesOpeningAgain() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(40);
            log.advanceStart(123);
            log.reopenLog();
            log.check();
            log.advanceStart(400);
            log.reopenLog();
            log.check();
            log.fill(2);
            log.check();
        }
    }

    /** Moving the start up over segments gives their space back. */
    @Test
    default void whatLiesBelowTheStartIsDropped() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(60);
            long before = log.log().sizeInBytes();
            log.advanceStart(500);

            assertThat(log.log().sizeInBytes())
                    .as("the size of a log after its start moved up, compared with before")
                    .isLessThanOrEqualTo(before);
            if (can(mortise.spi.Capability.RETENTION)) {
                assertThat(log.log().sizeInBytes())
                        .as(
                                "the size of a log that declares RETENTION after its start moved over most of it, compared with half of before")
                        .isLessThan(before / 2);
            }
            log.check();
        }
    }

    /** Any sequence of changes leaves what the model says. */
    @Seeded(runs = 60)
    default void anySequenceOfChangesLeavesWhatTheModelSays(long seed, RandomGenerator random) {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            for (int i = 0; i < 25; i++) {
                long start = log.log().bounds().startOffset();
                long end = log.log().bounds().endOffset();
                switch (random.nextInt(10)) {
                    case 0 -> log.truncateTo(random.nextLong(start, end + 1));
                    case 1 -> log.advanceStart(random.nextLong(start, end + 1));
                    case 2 -> {
                        if (random.nextInt(3) == 0) {
                            log.reset(random.nextLong(end + 100));
                        }
                    }
                    case 3 -> log.reopenLog();
                    case 4 -> log.log().sync();
                    default -> {
                        for (int n = random.nextInt(1, 6); n > 0; n--) {
                            long base = log.log().bounds().endOffset() + random.nextInt(3);
                            log.rollAndAppend(
                                    SampleBatch.of(
                                            base,
                                            base + random.nextInt(20),
                                            log.now() + random.nextInt(1_000),
                                            i,
                                            random.nextInt(3_000),
                                            seed));
                        }
                    }
                }
                log.check();
            }
        }
    }
}
