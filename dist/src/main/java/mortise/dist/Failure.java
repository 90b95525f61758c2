package mortise.dist;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a command says when it cannot do what it was asked: one line for people, one JSON document
 * for programs, on standard error.
 *
 * @param error what kind of failure: the broker's error code, or one of the constants here
 * @param message cause and remedy, in one line
 */
record Failure(String error, String message) {
    /** The command was not written as its help says. */
    static final String USAGE = "USAGE";

    /** A configuration key or value cannot be used. */
    static final String CONFIGURATION = "CONFIGURATION";

    /** A broker could not be reached, or the connection to it broke. */
    static final String CONNECTION = "CONNECTION";

    /** The command cannot do what it was asked. */
    static final String REFUSED = "REFUSED";

    /** Standard output cannot be written. */
    static final String OUTPUT = "OUTPUT";

    /** A fault of ours. */
    static final String INTERNAL = "INTERNAL";

    void print(PrintWriter err, boolean json) {
        print(err, json, null);
    }

    /** The same, with the trace of what nobody foresaw. */
    void print(PrintWriter err, boolean json, @Nullable Throwable unforeseen) {
        if (json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("error", error);
            document.put("message", message);
            if (unforeseen != null) {
                document.put("trace", trace(unforeseen));
            }
            Json.write(err, document);
            err.println();
        } else {
            err.println("mortise: " + message);
            if (unforeseen != null) {
                trace(unforeseen).replace("\t", "    ").lines().forEach(err::println);
            }
        }
        err.flush();
    }

    private static String trace(Throwable unforeseen) {
        StringWriter trace = new StringWriter();
        unforeseen.printStackTrace(new PrintWriter(trace, true));
        return trace.toString();
    }
}
