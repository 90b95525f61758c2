package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import mortise.spi.Capability;
import mortise.spi.storage.RetentionLimits;
import org.junit.jupiter.api.Test;

/** What a store with {@link Capability#RETENTION} would drop. */
public interface RetentionContract extends StorageUnderTest {
    /** Without limits nothing is to go. */
    @Test
    default void withoutLimitsNothingGoes() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(40);
            log.advanceStart(50);

            assertThat(
                            log.log()
                                    .retainedFrom(
                                            new RetentionLimits(-1, -1, log.now(), Long.MAX_VALUE)))
                    .as("the retained start of a log without limits, which is its start")
                    .isEqualTo(50);
        }
    }

    /** By size, the oldest segments go until what stays is near the limit. */
    @Test
    default void sizeLetsTheOldestGo() {
        assumeTrue(can(Capability.RETENTION), "the store does not declare RETENTION");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(60);
            long limit = 20_000;

            long from = retained(log, limit, -1, 600);

            assertThat(from)
                    .as("the retained start of 600 records under a limit by size")
                    .isBetween(1L, 599L);
            log.advanceStart(from);
            log.check();
            assertThat(log.expected().sizeInBytes())
                    .as("bytes kept with a limit of %s", limit)
                    .isBetween(limit - 2L * smallSegments().segmentBytes(), limit * 2);
            assertThat(retained(log, limit, -1, 600)).as("asked again").isEqualTo(from);
        }
    }

    /** By age, segments whose every record is too old go, and no younger record does. */
    @Test
    default void ageLetsTheOldestGo() {
        assumeTrue(can(Capability.RETENTION), "the store does not declare RETENTION");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(30);
            log.context().clock().advance(Duration.ofMinutes(50));
            log.fill(30);
            long maxAgeMillis = Duration.ofMinutes(40).toMillis();

            long from = retained(log, -1, maxAgeMillis, 600);

            assertThat(from)
                    .as("the retained start under a limit by age, where half is too old")
                    .isBetween(1L, 300L);
            assertThat(retained(log, -1, Duration.ofHours(2).toMillis(), 600))
                    .as("the retained start where nothing is too old")
                    .isZero();
        }
    }

    /** By size, the active segment stays, however small the limit is. */
    @Test
    default void theActiveSegmentStaysWhateverItsSize() {
        assumeTrue(can(Capability.RETENTION), "the store does not declare RETENTION");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(30);

            assertThat(retained(log, 1, -1, 300))
                    .as(
                            "the retained start under a limit of one byte, where the active segment stays")
                    .isBetween(1L, 299L);
        }
    }

    /**
     * By age, the active segment goes like any other: an idle log does not keep its last records.
     */
    @Test
    default void anIdleLogIsEmptyOnceItsRecordsAreTooOld() {
        assumeTrue(can(Capability.RETENTION), "the store does not declare RETENTION");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(30);
            assertThat(retained(log, -1, Duration.ofHours(12).toMillis(), 300))
                    .as("the retained start where nothing is too old yet")
                    .isZero();
            log.context().clock().advance(Duration.ofDays(1));
            long from = retained(log, -1, Duration.ofHours(12).toMillis(), 300);

            assertThat(from)
                    .as("the retained start of an idle log whose records are all too old")
                    .isEqualTo(300);
            log.advanceStart(from);
            assertThat(log.log().sizeInBytes()).as("bytes of an empty log").isZero();
            log.fill(3);
            log.check();
            assertThat(retained(log, -1, Duration.ofHours(12).toMillis(), 330))
                    .as("the retained start of a log that was emptied by age and then written to")
                    .isEqualTo(300);
        }
    }

    /** Nothing at or above the ceiling goes. */
    @Test
    default void nothingGoesBeyondTheCeiling() {
        assumeTrue(can(Capability.RETENTION), "the store does not declare RETENTION");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(60);
            log.context().clock().advance(Duration.ofDays(1));

            assertThat(retained(log, 0, 1, 0))
                    .as("the retained start where the ceiling is the start")
                    .isZero();
            assertThat(retained(log, 0, 1, 205))
                    .as("the retained start where the ceiling is 205")
                    .isLessThanOrEqualTo(205);
        }
    }

    private static long retained(LogUnderTest log, long maxBytes, long maxAgeMillis, long ceiling) {
        return log.log()
                .retainedFrom(new RetentionLimits(maxBytes, maxAgeMillis, log.now(), ceiling));
    }
}
