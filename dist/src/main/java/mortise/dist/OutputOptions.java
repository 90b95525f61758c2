package mortise.dist;

import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

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
            converter = FormatText.class,
            description = "The form of the output (default ${DEFAULT-VALUE}).")
    private Format format = Format.TEXT;

    /** Reads {@code text} or {@code json}. */
    static final class FormatText implements ITypeConverter<Format> {
        @Override
        public Format convert(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "text" -> Format.TEXT;
                case "json" -> Format.JSON;
                default ->
                        throw new TypeConversionException(
                                "'" + text + "' is neither text nor json");
            };
        }
    }

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
