package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import mortise.spi.Capability;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;
import org.junit.jupiter.api.Test;

/** How batches get into a log, and how it rolls. */
public interface AppendContract extends StorageUnderTest {
    /** A new log starts and ends at offset 0. */
    @Test
    default void aNewLogIsEmpty() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            assertThat(log.log().bounds())
                    .as("the bounds of a new log")
                    .isEqualTo(new LogBounds(0, 0));
            assertThat(log.log().sizeInBytes()).as("the size of a new log").isZero();
            log.check();
        }
    }

    /** Batches come back in the order in which they were appended, byte for byte. */
    @Test
    default void batchesComeBackInOrderByteForByte() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            for (int i = 1; i <= 30; i++) {
                log.append(log.next(i % 5 + 1, i * 20));
            }
            log.check();
        }
    }

    /** What an append returned is read at once, by every way of reading. */
    @Test
    default void anAppendIsReadAtOnce() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            for (int i = 0; i < 10; i++) {
                log.append(log.next(1, 10));
                log.check();
            }
        }
    }

    /** Several batches of one call lie behind each other. */
    @Test
    default void severalBatchesAreAppendedTogether() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.append(
                    SampleBatch.of(0, 4, 10, 0, 100, 1),
                    SampleBatch.of(5, 5, 20, 1, 0, 2),
                    SampleBatch.of(6, 99, 30, 1, 3_000, 3));
            log.append(SampleBatch.of(100, 100, 40, 2, 5, 4));
            log.check();
        }
    }

    /** Offsets may leave gaps, between batches and at the beginning. */
    @Test
    default void offsetsMayLeaveGaps() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.append(SampleBatch.of(7, 9, 10, 0, 100, 1));
            log.append(
                    SampleBatch.of(20, 29, 20, 0, 100, 1),
                    SampleBatch.of(1_000, 1_000, 5, 0, 9, 1));
            log.append(SampleBatch.of(5_000_000_000L, 5_000_000_100L, 30, 0, 100, 1));
            log.check();
        }
    }

    /** Offsets far from each other are kept, whatever the store's indexes hold. */
    @Test
    default void offsetsFurtherApartThanAnIntegerAreKept() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.rollAndAppend(SampleBatch.of(0, 10, 1, 0, 100, 1));
            log.rollAndAppend(SampleBatch.of(4_000_000_000L, 4_000_000_010L, 2, 0, 100, 1));
            log.rollAndAppend(SampleBatch.of(9_000_000_000_000L, 9_000_000_000_000L, 3, 0, 9, 1));
            log.check();
        }
    }

    /** Offsets that go backwards are refused, and the log is as it was. */
    @Test
    default void offsetsThatGoBackwardsAreRefused() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.append(log.next(10, 100));
            for (List<SampleBatch> backwards :
                    List.of(
                            List.of(SampleBatch.of(9, 10, 0, 0, 10, 1)),
                            List.of(SampleBatch.of(0, 1, 0, 0, 10, 1)),
                            List.of(
                                    SampleBatch.of(10, 19, 1, 0, 10, 1),
                                    SampleBatch.of(19, 29, 1, 0, 10, 1)))) {
                assertThatExceptionOfType(IllegalArgumentException.class)
                        .as("%s after offset 9", backwards)
                        .isThrownBy(() -> log.log().append(SampleBatchSet.of(backwards)));
                log.check();
            }
            log.append(log.next(1, 10));
            log.check();
        }
    }

    /** A store that is lent buffers does not keep them: here they are ruined after every call. */
    @Test
    default void lentBuffersAreNotKept() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            SampleBatch heap = SampleBatch.of(0, 2, 1, 0, 500, 1);
            SampleBatch direct = SampleBatch.of(3, 5, 1, 0, 500, 1);
            SampleBatchSet set = SampleBatchSet.of(List.of(heap, direct));
            log.log().append(set);
            set.scribble();

            assertThat(LogInspection.batchesOf(log.log()))
                    .as("the batches of a log after the memory of the lent buffers was overwritten")
                    .containsExactly(heap.content(), direct.content());
        }
    }

    /** Sync gives the end, and the durable end follows. */
    @Test
    default void syncMovesTheDurableEnd() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.append(log.next(10, 100));
            LogPosition end = log.append(log.next(10, 100));

            LogPosition durable = log.log().sync();

            assertThat(durable.offset())
                    .as("what sync() returns, compared with the end of the log")
                    .isEqualTo(end.offset());
            assertThat(log.log().durableEnd().offset())
                    .as("the durable end after sync(), compared with the end of the log")
                    .isEqualTo(end.offset());
            log.append(log.next(10, 100));
            assertThat(log.log().durableEnd().offset())
                    .as("the durable end between a sync at 20 and an append up to 30")
                    .isBetween(20L, 30L);
            assertThat(log.log().sync().offset())
                    .as("what sync() returns after an append up to 30")
                    .isEqualTo(30);
        }
    }

    /** An empty log never rolls. */
    @Test
    default void anEmptyLogDoesNotRoll() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.context().clock().advance(Duration.ofDays(30));

            assertThat(log.log().rollIfNeeded(1 << 20, log.now(), log.now()))
                    .as("the roll of an empty log for a batch larger than a segment")
                    .isEmpty();
            log.check();
        }
    }

    /** A segment is closed before it grows beyond its size. */
    @Test
    default void aLogRollsBySize() {
        assumeTrue(can(Capability.RETENTION), "the store has no segments to show");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            List<Long> rolls = log.fill(40);

            assertThat(rolls).as("segments of 8 KiB with 40 KiB in them").hasSizeBetween(4, 7);
            log.check();
            assertThat(log.log().rollIfNeeded(8 << 10, log.now(), log.now()))
                    .as("the roll of a log for a batch that no longer fits into its segment")
                    .isPresent();
            log.check();
        }
    }

    /** A segment is closed when its first record has grown old. */
    @Test
    default void aLogRollsByAge() {
        assumeTrue(can(Capability.RETENTION), "the store has no segments to show");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.append(log.next(10, 100));
            log.context().clock().advance(Duration.ofMinutes(59));
            assertThat(log.log().rollIfNeeded(100, log.now(), log.now()))
                    .as("the roll of a log whose segment is younger than segment.ms")
                    .isEmpty();

            log.context().clock().advance(Duration.ofMinutes(2));
            OptionalLong rolled = log.log().rollIfNeeded(100, log.now(), log.now());

            assertThat(rolled)
                    .as("the roll of a log whose segment is older than segment.ms, at its end")
                    .hasValue(10);
            assertThat(log.log().rollIfNeeded(100, log.now(), log.now()))
                    .as("the roll of a log that has just rolled")
                    .isEmpty();
            log.append(log.next(10, 100));
            log.check();
        }
    }

    /** Changed settings hold for what is written from then on. */
    @Test
    default void changedSettingsTakeEffect() {
        assumeTrue(can(Capability.RETENTION), "the store has no segments to show");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(3);
            LogSettings small = smallSegments();
            log.configure(
                    new LogSettings(
                            2_048,
                            small.segmentAge(),
                            small.indexIntervalBytes(),
                            small.indexBytes(),
                            small.preallocate(),
                            small.fileDeleteDelay()));

            assertThat(log.fill(6)).as("segments of 2 KiB").hasSizeGreaterThanOrEqualTo(3);
            log.check();
        }
    }

    /** A batch larger than a segment is taken. */
    @Test
    default void aBatchMayBeLargerThanASegment() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.rollAndAppend(log.next(10, 20_000));
            log.rollAndAppend(log.next(10, 100));
            log.rollAndAppend(log.next(10, 40_000));
            log.check();
        }
    }

    /** Preallocated files change nothing that can be seen. */
    @Test
    default void preallocationIsNotSeen() {
        LogSettings small = smallSegments();
        LogSettings preallocating =
                new LogSettings(
                        small.segmentBytes(),
                        small.segmentAge(),
                        small.indexIntervalBytes(),
                        small.indexBytes(),
                        true,
                        small.fileDeleteDelay());
        try (LogUnderTest log = LogUnderTest.open(this, preallocating)) {
            log.fill(20);
            log.check();
            log.reopenLog();
            log.check();
            log.fill(20);
            log.check();
        }
    }
}
