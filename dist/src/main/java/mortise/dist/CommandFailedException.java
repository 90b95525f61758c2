package mortise.dist;

/** A command cannot do what it was asked; the message is one line with the cause and the remedy. */
final class CommandFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommandFailedException(String message) {
        super(message);
    }
}
