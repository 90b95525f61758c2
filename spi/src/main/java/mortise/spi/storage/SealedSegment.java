package mortise.spi.storage;

/**
 * A part of a log that nothing is appended to any more.
 *
 * @param baseOffset where it begins
 * @param endOffset where the next one begins
 * @param bytes of its batches
 * @param largestTimestamp of its records in milliseconds, or -1 if they have none
 * @param modifiedMillis when it was written to last, by the wall clock
 */
public record SealedSegment(
        long baseOffset, long endOffset, int bytes, long largestTimestamp, long modifiedMillis) {}
