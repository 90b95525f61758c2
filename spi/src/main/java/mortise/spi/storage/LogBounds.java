package mortise.spi.storage;

/**
 * What a log holds.
 *
 * @param startOffset the first offset that may be read
 * @param endOffset the offset after the last
 */
public record LogBounds(long startOffset, long endOffset) {
    public LogBounds {
        if (startOffset < 0 || endOffset < startOffset) {
            throw new IllegalArgumentException(
                    "a log cannot hold " + startOffset + " to " + endOffset);
        }
    }
}
