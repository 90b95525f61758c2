package mortise.storage.local;

import java.io.IOException;
import java.nio.file.Files;
import mortise.spi.storage.RetentionLimits;

/** Which of a log's segments retention keeps: whole ones go, the oldest first. */
final class RetainedSegments {
    private RetainedSegments() {}

    /** The offset that what is kept begins at. */
    static long begin(Segment[] all, long logEnd, RetentionLimits limits) throws IOException {
        long left = 0;
        for (Segment segment : all) {
            left += segment.size();
        }
        long kept = all[0].baseOffset();
        for (int i = 0; i < all.length; i++) {
            Segment segment = all[i];
            long next = i < all.length - 1 ? all[i + 1].baseOffset() : logEnd;
            if (next <= kept || next > limits.ceiling()) {
                break;
            }
            boolean tooMuch = limits.maxBytes() >= 0 && left - segment.size() >= limits.maxBytes();
            if (!tooMuch && !isExpired(segment, limits)) {
                break;
            }
            left -= segment.size();
            kept = next;
        }
        return kept;
    }

    private static boolean isExpired(Segment segment, RetentionLimits limits) throws IOException {
        if (limits.maxAgeMillis() < 0) {
            return false;
        }
        long newest = segment.maxTimestamp();
        if (newest < 0 || newest > limits.nowMillis()) {
            // none, or a lie that would keep the segment for ever
            newest = Files.getLastModifiedTime(segment.file().path()).toMillis();
        }
        return limits.nowMillis() - newest > limits.maxAgeMillis();
    }
}
