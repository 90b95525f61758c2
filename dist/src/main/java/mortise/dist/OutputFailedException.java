package mortise.dist;

import java.io.IOException;
import java.util.Locale;

/** Standard output cannot be written; what a command prints after that goes nowhere. */
final class OutputFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean readerLeft;

    OutputFailedException(IOException failure) {
        super("cannot write the output: " + Reasons.of(failure), failure);
        String said = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        this.readerLeft = said.contains("broken pipe");
    }

    /**
     * Whether who reads the output has had enough, as in {@code mortise consume … | head -1}: no
     * failure.
     */
    boolean readerLeft() {
        return readerLeft;
    }
}
