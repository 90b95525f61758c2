package mortise.api;

import org.jspecify.annotations.Nullable;

/**
 * A failure and what caused it, in one line: code that is not ours says in its first exception what
 * it was doing, and only in the last what went wrong.
 */
public final class Causes {
    private static final int DEEPEST = 8;
    private static final int LONGEST = 400;

    private Causes() {}

    /**
     * The failure and its causes, outermost first: {@code java.io.IOException: reading rules,
     * caused by java.net.ConnectException: refused}. Whatever the messages hold, it is one line of
     * bounded length; one without a message is told by its class.
     */
    public static String line(Throwable failure) {
        StringBuilder line = new StringBuilder(said(failure, cause(failure)));
        Throwable cause = cause(failure);
        for (int depth = 1; cause != null; depth++) {
            if (depth == DEEPEST) {
                return line.append(", and more causes").toString();
            }
            Throwable next = cause(cause);
            line.append(", caused by ").append(said(cause, next));
            cause = next;
        }
        return line.toString();
    }

    /** What one failure says; a message that only repeats its cause is left out. */
    private static String said(Throwable failure, @Nullable Throwable cause) {
        String name = failure.getClass().getName();
        String message = message(failure);
        boolean repeats = message != null && cause != null && message.equals(described(cause));
        String text =
                message == null || message.isBlank() || repeats
                        ? name
                        : name + ": " + message.strip().replaceAll("\\s+", " ");
        return ForeignText.escaped(
                text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…");
    }

    // a failure of foreign code may fail itself when it is asked

    private static @Nullable String message(Throwable failure) {
        try {
            return failure.getLocalizedMessage();
        } catch (RuntimeException | LinkageError speechless) {
            return null;
        }
    }

    private static @Nullable String described(Throwable failure) {
        try {
            return failure.toString();
        } catch (RuntimeException | LinkageError speechless) {
            return null;
        }
    }

    private static @Nullable Throwable cause(Throwable failure) {
        try {
            return failure.getCause();
        } catch (RuntimeException | LinkageError speechless) {
            return null;
        }
    }
}
