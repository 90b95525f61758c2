package mortise.junit.process;

/** A failure in the process that runs brokers; its message is the trace there. */
final class RemoteFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    RemoteFailure(String trace) {
        super("in the process of the test's broker: " + trace, null, false, false);
    }
}
