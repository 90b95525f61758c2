package mortise.record;

/** A batch that is being built grows beyond what it was given room for. */
public final class BatchTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BatchTooLargeException(int most) {
        super("building a record batch: it would have more than the " + most + " bytes allowed");
    }
}
