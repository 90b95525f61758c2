package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import mortise.spi.storage.LogSlice;

/** Slices from the beginning of a log, read by every way there is, and what they held at first. */
final class SliceHeld implements AutoCloseable {
    private final LogSlice slice;
    private final LogSlice recent;
    private final ByteBuffer bytes;
    private final ByteBuffer recentBytes;

    private SliceHeld(LogSlice slice, LogSlice recent) {
        this.slice = slice;
        this.recent = recent;
        this.bytes = LogInspection.bytesOf(slice);
        this.recentBytes = LogInspection.bytesOf(recent);
    }

    static SliceHeld of(LogUnderTest log) {
        var end = log.log().end();
        LogSlice slice = log.log().read(0, end, 1 << 16, true);
        long last = log.expected().batches().getLast().baseOffset();
        LogSlice recent =
                log.log()
                        .readRecent(last, end, 1 << 16, true)
                        .orElseGet(() -> log.log().read(last, end, 1 << 16, true));
        return new SliceHeld(slice, recent);
    }

    void isUnchanged(String after) {
        assertThat(LogInspection.bytesOf(slice)).as("slice after " + after).isEqualTo(bytes);
        assertThat(LogInspection.bytesOf(recent))
                .as("slice of the end after " + after)
                .isEqualTo(recentBytes);
    }

    @Override
    public void close() {
        slice.close();
        recent.close();
    }
}
