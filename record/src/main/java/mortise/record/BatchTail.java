package mortise.record;

/**
 * What stands after the last whole batch of a buffer and is not one.
 *
 * @param position where it begins, counted from the start of the walk
 * @param bytes how many bytes it has, up to the end of the buffer
 * @param cause why it is no batch
 * @param claimedBytes the size that its length field claims; 0 if there is none
 */
public record BatchTail(int position, int bytes, Cause cause, long claimedBytes) {
    /** Why bytes are no batch. */
    public enum Cause {
        /** Fewer bytes than the header or the length field asks for: a batch cut short. */
        TORN,
        /** A zero length: space that was reserved and never written. */
        UNWRITTEN,
        /** A length that no batch can have. */
        BAD_LENGTH,
        /** A format other than 2. */
        BAD_MAGIC
    }

    /** The tail in one line for logs and errors. */
    public String message() {
        return switch (cause) {
            case TORN ->
                    claimedBytes > 0
                            ? "batch at "
                                    + position
                                    + " says "
                                    + claimedBytes
                                    + " bytes, the data has "
                                    + bytes
                                    + " left"
                            : bytes + " bytes at " + position + " are too few for a batch header";
            case UNWRITTEN -> bytes + " bytes from " + position + " on were never written";
            case BAD_LENGTH ->
                    "batch at "
                            + position
                            + " says "
                            + claimedBytes
                            + " bytes, the least is "
                            + RecordBatch.HEADER_BYTES;
            case BAD_MAGIC -> "batch at " + position + " is not of format " + RecordBatch.MAGIC;
        };
    }
}
