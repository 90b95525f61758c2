package mortise.bench.workload;

/** Something that whoever asked for a run can put right; its message is one line for them. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }
}
