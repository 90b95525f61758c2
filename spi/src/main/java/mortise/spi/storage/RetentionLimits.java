package mortise.spi.storage;

/**
 * How much of a log may stay.
 *
 * @param maxBytes the most bytes, or -1 for no limit
 * @param maxAgeMillis the greatest age of a segment's newest record, or -1 for no limit
 * @param nowMillis the wall clock
 * @param ceiling no offset at or above this may be dropped (the high watermark)
 */
public record RetentionLimits(long maxBytes, long maxAgeMillis, long nowMillis, long ceiling) {}
