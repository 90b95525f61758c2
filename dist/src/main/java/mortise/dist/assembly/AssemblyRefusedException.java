package mortise.dist.assembly;

/** A broker cannot be assembled as asked; the message is one line with the cause and the remedy. */
public final class AssemblyRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AssemblyRefusedException(String message) {
        super(message);
    }

    AssemblyRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
