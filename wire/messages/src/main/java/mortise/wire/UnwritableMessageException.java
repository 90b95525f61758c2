package mortise.wire;

/** A message whose fields cannot be expressed in the version in which it is to be written. */
public final class UnwritableMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What was written, the value met and the value wanted. */
    public UnwritableMessageException(String message) {
        super(message);
    }

    /** A field has a value that would be lost, because the version lacks the field. */
    public static UnwritableMessageException notInVersion(String field, short version) {
        return new UnwritableMessageException(
                "writing "
                        + field
                        + " in version "
                        + version
                        + ": the version has no such field and the field is not at its default;"
                        + " choose another version or leave the field unset");
    }

    /** A field is null in a version in which it must not be. */
    static UnwritableMessageException isNull(String field) {
        return new UnwritableMessageException(
                "writing " + field + ": it is null, which this version does not allow");
    }

    /** An unsigned field would get a value that it cannot hold. */
    public static UnwritableMessageException outOfRange(String field, String type, long value) {
        return new UnwritableMessageException(
                "setting " + field + ": " + value + " does not fit a " + type);
    }
}
