package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.OffsetOutOfRangeException;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.TimestampPosition;

/** Compares everything that can be asked of a log with what it should hold. */
final class LogInspection {
    private static final int MOST_OFFSETS = 40;
    private static final int PLENTY = 1 << 24;

    private final PartitionLog log;
    private final LogState expected;

    private LogInspection(PartitionLog log, LogState expected) {
        this.log = log;
        this.expected = expected;
    }

    /**
     * Compares a log with a state.
     *
     * @return the state with the end where the log has it
     */
    static LogState compare(PartitionLog log, LogState state) {
        LogBounds bounds = log.bounds();
        assertThat(bounds.startOffset())
                .as("start offset, expected %s", state)
                .isEqualTo(state.start());
        assertThat(bounds.endOffset())
                .as("end offset, expected %s", state)
                .isBetween(state.endLow(), state.endHigh());
        LogState expected = state.endingAt(bounds.endOffset());
        new LogInspection(log, expected).everything();
        return expected;
    }

    private void everything() {
        assertThat(log.end().offset())
                .as("offset of the end position")
                .isEqualTo(expected.endHigh());
        assertThat(log.durableEnd().offset())
                .as("durable end offset")
                .isLessThanOrEqualTo(expected.endHigh());
        assertThat(log.sizeInBytes()).as("size").isGreaterThanOrEqualTo(expected.sizeInBytes());
        for (long offset : interestingOffsets()) {
            readsFrom(offset);
        }
        outOfRange(expected.endHigh() + 1);
        if (expected.start() > 0) {
            outOfRange(expected.start() - 1);
        }
        timestamps();
    }

    private SortedSet<Long> interestingOffsets() {
        SortedSet<Long> offsets = new TreeSet<>(List.of(expected.start(), expected.endHigh()));
        int stride = Math.max(1, expected.batches().size() * 3 / MOST_OFFSETS);
        for (int i = 0; i < expected.batches().size(); i += stride) {
            SampleBatch batch = expected.batches().get(i);
            offsets.add(batch.baseOffset());
            offsets.add((batch.baseOffset() + batch.lastOffset()) / 2);
            offsets.add(batch.lastOffset());
            offsets.add(batch.lastOffset() + 1);
        }
        offsets.removeIf(offset -> offset < expected.start() || offset > expected.endHigh());
        return offsets;
    }

    private void readsFrom(long offset) {
        LogPosition end = log.end();
        int first =
                expected.from(offset, end.offset()).stream()
                        .findFirst()
                        .map(SampleBatch::sizeInBytes)
                        .orElse(1);
        for (boolean whole : new boolean[] {true, false}) {
            for (int maxBytes : new int[] {1, first, first + 10, PLENTY}) {
                read(offset, end, maxBytes, whole);
            }
        }
        LogPosition position = position(offset);
        read(offset, position, PLENTY, true);
        read(expected.start(), position, PLENTY, true);
    }

    private LogPosition position(long offset) {
        LogPosition position = log.position(offset);
        List<SampleBatch> before =
                expected.batches().stream().filter(batch -> batch.lastOffset() < offset).toList();
        List<SampleBatch> after = expected.from(offset, Long.MAX_VALUE);
        assertThat(position.offset())
                .as("position of offset %s in %s", offset, expected)
                .isBetween(
                        before.isEmpty() ? 0 : before.getLast().lastOffset() + 1,
                        after.isEmpty() ? expected.endHigh() : after.getFirst().baseOffset());
        return position;
    }

    private void read(long offset, LogPosition upTo, int maxBytes, boolean whole) {
        try (LogSlice slice = log.read(offset, upTo, maxBytes, whole)) {
            compare(slice, offset, upTo, maxBytes, whole, "read");
        }
        Optional<LogSlice> recent = log.readRecent(offset, upTo, maxBytes, whole);
        if (recent.isPresent()) {
            try (LogSlice slice = recent.get()) {
                compare(slice, offset, upTo, maxBytes, whole, "readRecent");
            }
        }
    }

    private void compare(
            LogSlice slice, long offset, LogPosition upTo, int maxBytes, boolean whole, String by) {
        Supplier<String> what =
                () ->
                        by
                                + " at "
                                + offset
                                + " up to "
                                + upTo.offset()
                                + ", "
                                + maxBytes
                                + (whole ? " bytes and a whole batch, of " : " bytes, of ")
                                + expected;
        List<SampleBatch> wanted = expected.from(offset, upTo.offset());
        int size = slice.sizeInBytes();
        if (wanted.isEmpty()) {
            assertThat(size).as(what).isZero();
            return;
        }
        int first = wanted.getFirst().sizeInBytes();
        assertThat(size).as(what).isLessThanOrEqualTo(whole ? Math.max(first, maxBytes) : maxBytes);
        if (whole) {
            assertThat(size).as(what).isGreaterThanOrEqualTo(first);
        } else if (maxBytes >= first) {
            assertThat(size).as(what).isPositive();
        }
        ByteBuffer bytes = bytesOf(slice);
        assertThat(startsWith(wanted, bytes)).as(what).isTrue();
        slice.memory()
                .ifPresent(memory -> {
                    assertThat(memory.isDirect()).as("outside of the heap").isTrue();
                    assertThat(memory).as(what).isEqualTo(bytes);
                });
        slice.fileRange()
                .ifPresent(range -> {
                    ByteBuffer inFile = ByteBuffer.allocate(range.length());
                    try {
                        while (inFile.hasRemaining()
                                && range.channel()
                                                .read(inFile, range.position() + inFile.position())
                                        > 0) {}
                    } catch (IOException e) {
                        throw new UncheckedIOException(what.get(), e);
                    }
                    assertThat(inFile.flip()).as(what).isEqualTo(bytes);
                });
    }

    /** All bytes of a slice, taken in two steps. */
    static ByteBuffer bytesOf(LogSlice slice) {
        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes() + 1);
        bytes.limit(slice.sizeInBytes() / 2);
        int first = slice.copyTo(0, bytes);
        assertThat(first).as("bytes copied").isEqualTo(slice.sizeInBytes() / 2);
        bytes.limit(bytes.capacity());
        assertThat(slice.copyTo(first, bytes))
                .as("bytes copied of a slice's second half")
                .isEqualTo(slice.sizeInBytes() - first);
        return bytes.flip();
    }

    /** Whether bytes are the beginning of these batches. */
    static boolean startsWith(List<SampleBatch> batches, ByteBuffer bytes) {
        ByteBuffer rest = bytes.duplicate();
        for (SampleBatch batch : batches) {
            ByteBuffer content = batch.content();
            int common = Math.min(content.remaining(), rest.remaining());
            if (!content.slice(content.position(), common)
                    .equals(rest.slice(rest.position(), common))) {
                return false;
            }
            rest.position(rest.position() + common);
        }
        return !rest.hasRemaining();
    }

    private void outOfRange(long offset) {
        LogPosition end = log.end();
        assertThatExceptionOfType(OffsetOutOfRangeException.class)
                .as("read at %s of %s", offset, expected)
                .isThrownBy(() -> log.read(offset, end, PLENTY, true).close());
        assertThatExceptionOfType(OffsetOutOfRangeException.class)
                .as("position of %s in %s", offset, expected)
                .isThrownBy(() -> log.position(offset));
    }

    private void timestamps() {
        Optional<TimestampPosition> largest = log.largestTimestamp();
        assertThat(largest.map(TimestampPosition::maxTimestamp))
                .as("largest timestamp of %s", expected)
                .isEqualTo(expected.largestTimestamp());
        largest.ifPresent(found ->
                assertThat(expected.batches().stream().map(LogState::position))
                        .as("batch with the largest timestamp")
                        .contains(found));
        SortedSet<Long> wanted = new TreeSet<>(List.of(0L, Long.MAX_VALUE));
        int stride = Math.max(1, expected.batches().size() / 8);
        for (int i = 0; i < expected.batches().size(); i += stride) {
            long timestamp = expected.batches().get(i).maxTimestamp();
            wanted.add(timestamp);
            wanted.add(timestamp == Long.MAX_VALUE ? timestamp : timestamp + 1);
        }
        for (long timestamp : wanted) {
            assertThat(log.offsetAtOrAfter(timestamp))
                    .as("batch at or after timestamp %s of %s", timestamp, expected)
                    .isEqualTo(expected.atOrAfter(timestamp));
        }
    }

    /** The batches of a log, read from its start to its end, by their bytes. */
    static List<ByteBuffer> batchesOf(PartitionLog log) {
        return batchesOf(log, log.end());
    }

    /** The same up to a position that the log has given. */
    static List<ByteBuffer> batchesOf(PartitionLog log, LogPosition end) {
        List<ByteBuffer> batches = new ArrayList<>();
        long offset = log.bounds().startOffset();
        while (offset < end.offset()) {
            ByteBuffer bytes;
            try (LogSlice slice = log.read(offset, end, 1 << 16, true)) {
                bytes = bytesOf(slice);
            }
            if (!bytes.hasRemaining()) {
                break;
            }
            long next = offset;
            while (bytes.remaining() >= SampleBatch.HEADER_BYTES) {
                int at = bytes.position();
                int size = bytes.getInt(at + 8) + 12;
                assertThat(size)
                        .as("size of the batch that a read at %s finds at byte %s", offset, at)
                        .isGreaterThanOrEqualTo(SampleBatch.HEADER_BYTES);
                if (size > bytes.remaining()) {
                    break;
                }
                next = bytes.getLong(at) + bytes.getInt(at + 23) + 1;
                batches.add(bytes.slice(at, size));
                bytes.position(at + size);
            }
            assertThat(next).as("progress of a reader at offset %s", offset).isGreaterThan(offset);
            offset = next;
        }
        return batches;
    }
}
