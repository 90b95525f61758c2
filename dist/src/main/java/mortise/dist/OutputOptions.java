package mortise.dist;

import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** How a command prints its result. */
final class OutputOptions {
    /** The forms of output. */
    enum Format {
        /** For people. */
        TEXT,
        /** For programs: one JSON document, or one per line where the output is a stream. */
        JSON
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            defaultValue = "text",
            description = "The form of the output (default ${DEFAULT-VALUE}).")
    private Format format = Format.TEXT;

    boolean json() {
        return format == Format.JSON;
    }

    /** Prints a value: as JSON, or by the text printer. */
    void print(PrintWriter out, Object value, Runnable asText) {
        if (json()) {
            Json.write(out, value);
            out.println();
        } else {
            asText.run();
        }
        out.flush();
    }
}
