package mortise.spi.storage;

import java.time.Duration;

/**
 * How a log lays out its data; all of it from the topic's configuration.
 *
 * @param segmentBytes a segment is closed before it grows beyond this
 * @param segmentAge a segment is closed when its first record is older than this
 * @param indexIntervalBytes about how many bytes lie between two index entries
 * @param indexBytes how large a segment's index may grow before the segment is closed
 * @param preallocate whether a new segment's file gets its full size at once
 * @param fileDeleteDelay how long a removed segment's files stay on disk
 */
public record LogSettings(
        int segmentBytes,
        Duration segmentAge,
        int indexIntervalBytes,
        int indexBytes,
        boolean preallocate,
        Duration fileDeleteDelay) {
    /** Kafka's defaults: 1 GiB, 7 days, 4,096 bytes, 10 MiB, no preallocation, 1 minute. */
    public static final LogSettings DEFAULTS =
            new LogSettings(
                    1 << 30, Duration.ofDays(7), 4_096, 10 << 20, false, Duration.ofMinutes(1));

    public LogSettings {
        if (segmentBytes < 14) {
            throw new IllegalArgumentException(
                    "segment bytes " + segmentBytes + " are less than 14");
        }
        if (indexIntervalBytes < 0 || indexBytes < 4) {
            throw new IllegalArgumentException(
                    "index interval "
                            + indexIntervalBytes
                            + " and index size "
                            + indexBytes
                            + " must be at least 0 and 4");
        }
    }
}
