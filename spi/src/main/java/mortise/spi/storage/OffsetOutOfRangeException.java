package mortise.spi.storage;

/** An offset that the log does not hold. */
public final class OffsetOutOfRangeException extends StorageException {
    private static final long serialVersionUID = 1L;

    /** An offset outside of these bounds. */
    public OffsetOutOfRangeException(LogId log, long offset, LogBounds bounds) {
        super(
                Reach.CALL,
                "offset "
                        + offset
                        + " of "
                        + log
                        + " is not within "
                        + bounds.startOffset()
                        + " to "
                        + bounds.endOffset());
    }
}
