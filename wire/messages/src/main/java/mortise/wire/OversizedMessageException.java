package mortise.wire;

/**
 * A message that would take more heap than its reader may give it. It has no stack trace, because
 * peers can cause it at will; the message names the field and the position instead.
 */
public final class OversizedMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long budgetBytes;

    /** What was read, where, and how many bytes of heap it had. */
    public OversizedMessageException(String message, long budgetBytes) {
        super(message, null, false, false);
        this.budgetBytes = budgetBytes;
    }

    /** How many bytes of heap the message might have taken. */
    public long budgetBytes() {
        return budgetBytes;
    }
}
