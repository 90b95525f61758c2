package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSlice;
import mortise.tck.sim.DiskOperation;
import mortise.tck.sim.Fault;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;

/** How batches are read, and what a slice is. */
public interface ReadContract extends StorageUnderTest {
    /** Reads begin with the batch that holds the offset, or the next one, across segments. */
    @Test
    default void readsBeginAnywhereInALogOfManySegments() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(60);
            log.check();
        }
    }

    /** Every end that was ever returned bounds a read: nothing at or beyond it is given. */
    @Test
    default void readsStopAtThePositionGiven() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            List<LogPosition> ends = new ArrayList<>();
            List<SampleBatch> batches = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                SampleBatch batch = log.next(5, 900);
                log.rollAndAppend(batch);
                ends.add(log.log().end());
                batches.add(batch);
            }
            for (int i = 0; i < ends.size(); i++) {
                for (int from = Math.max(0, i - 3); from <= i; from++) {
                    try (LogSlice slice = log.log().read(from * 5L, ends.get(i), 1 << 20, true)) {
                        ByteBuffer bytes = LogInspection.bytesOf(slice);
                        assertThat(LogInspection.startsWith(batches.subList(from, i + 1), bytes))
                                .as("read from batch %s up to the end of batch %s", from, i)
                                .isTrue();
                        assertThat(bytes.remaining())
                                .as(
                                        "the bytes read up to a position that lies behind the first batch")
                                .isPositive();
                    }
                }
                try (LogSlice slice =
                        log.log().read(ends.get(i).offset(), ends.get(i), 1 << 20, true)) {
                    assertThat(slice.sizeInBytes()).as("read at its own bound").isZero();
                }
            }
        }
    }

    /** A read beyond its bound, but not beyond the end, gives nothing. */
    @Test
    default void aReadAtOrBeyondItsBoundIsEmpty() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            LogPosition first = log.append(log.next(10, 100));
            log.append(log.next(10, 100));
            for (long offset : new long[] {10, 15, 20}) {
                try (LogSlice slice = log.log().read(offset, first, 1 << 20, true)) {
                    assertThat(slice.sizeInBytes()).as("read at %s up to 10", offset).isZero();
                }
            }
        }
    }

    /** A reader that goes on where the last read ended sees every batch once. */
    @Test
    default void aReaderWalksTheWholeLog() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(50);

            assertThat(LogInspection.batchesOf(log.log()))
                    .as("the batches that a reader finds who walks the log")
                    .isEqualTo(
                            log.expected().batches().stream().map(SampleBatch::content).toList());
        }
    }

    /** A slice copies any part of itself, and nothing beyond its end. */
    @Test
    default void aSliceCopiesAnyPartOfItself() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            SampleBatch batch = log.next(10, 1_000);
            LogPosition end = log.append(batch);
            try (LogSlice slice = log.log().read(0, end, 1 << 20, true)) {
                int size = slice.sizeInBytes();
                assertThat(size)
                        .as("the size of the slice of one batch")
                        .isEqualTo(batch.sizeInBytes());
                for (int at = 0; at <= size; at += 97) {
                    ByteBuffer target = ByteBuffer.allocateDirect(200).position(3);
                    int copied = slice.copyTo(at, target);
                    assertThat(copied)
                            .as("how many bytes copyTo copies from %d on", at)
                            .isEqualTo(Math.min(197, size - at));
                    assertThat(target.flip().position(3))
                            .as("the bytes that copyTo copies from %d on", at)
                            .isEqualTo(batch.content().slice(at, copied));
                }
                assertThat(slice.copyTo(size, ByteBuffer.allocate(1)))
                        .as("how many bytes copyTo copies from the end of a slice on")
                        .isZero();
            }
        }
    }

    /** Closing a slice twice does nothing more. */
    @Test
    default void aSliceMayBeClosedTwice() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            LogPosition end = log.append(log.next(10, 100));
            LogSlice one = log.log().read(0, end, 1 << 20, true);
            LogSlice other = log.log().read(0, end, 1 << 20, true);
            one.close();
            one.close();

            assertThat(LogInspection.bytesOf(other))
                    .as("a slice, read after another was closed twice")
                    .isEqualTo(log.expected().batches().getFirst().content());
            other.close();
            log.check();
        }
    }

    /** What {@code readRecent} gives, it gives without touching the disk. */
    @Test
    default void recentReadsTouchNoDisk() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(30);
            Optional<SimDisk> disk = log.context().disk();
            LogPosition end = log.log().end();
            Optional<Fault> forbidden =
                    disk.map(d -> d.forbidHere(EnumSet.allOf(DiskOperation.class)));
            for (SampleBatch batch : log.expected().batches()) {
                log.log()
                        .readRecent(batch.baseOffset(), end, 4_096, true)
                        .ifPresent(LogSlice::close);
            }
            forbidden.ifPresent(Fault::heal);
        }
    }

    /** A slice stays as it is while the log grows. */
    @Test
    default void aSliceStaysWhileTheLogGrows() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(3);
            List<SampleBatch> then = log.expected().batches();
            try (LogSlice slice = log.log().read(0, log.log().end(), 1 << 20, true)) {
                int size = slice.sizeInBytes();
                log.fill(30);

                assertThat(slice.sizeInBytes())
                        .as("the size of a slice after the log grew")
                        .isEqualTo(size);
                assertThat(LogInspection.startsWith(then, LogInspection.bytesOf(slice)))
                        .as("whether a slice still has its bytes after the log grew")
                        .isTrue();
            }
        }
    }

    /** A slice outlives what is done to the log that lent it. */
    @Test
    default void aSliceOutlivesTruncation() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(3);
            SliceHeld held = SliceHeld.of(log);
            log.truncateTo(0);
            held.isUnchanged("truncation");
            log.fill(20);
            held.isUnchanged("truncation and new appends");
            held.close();
            log.check();
        }
    }

    /** A slice outlives what is done to the log that lent it. */
    @Test
    default void aSliceOutlivesReset() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(20);
            SliceHeld held = SliceHeld.of(log);
            log.reset(500);
            log.fill(20);
            held.isUnchanged("reset");
            held.close();
            log.check();
        }
    }

    /** A slice outlives what is done to the log that lent it. */
    @Test
    default void aSliceOutlivesTheStartMovingUp() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(40);
            SliceHeld held = SliceHeld.of(log);
            log.advanceStart(390);
            log.context().clock().advance(smallSegments().fileDeleteDelay().multipliedBy(2));
            held.isUnchanged("advanceStart");
            held.close();
            log.check();
        }
    }

    /** A slice outlives the deletion of its log. */
    @Test
    default void aSliceOutlivesDeletion() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(20);
            SliceHeld held = SliceHeld.of(log);
            log.log().close();
            log.store().delete(log.id());
            log.context().clock().advance(smallSegments().fileDeleteDelay().multipliedBy(2));
            held.isUnchanged("deletion");
            held.close();
        }
    }

    /** A slice outlives the closing of its log. */
    @Test
    default void aSliceOutlivesTheClosingOfItsLog() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(5);
            SliceHeld held = SliceHeld.of(log);
            log.log().close();
            held.isUnchanged("close");
            held.close();
        }
    }
}
