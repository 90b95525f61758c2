package mortise.dist;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import mortise.client.Consumer;
import mortise.record.Record;
import org.jspecify.annotations.Nullable;

/**
 * Writes records to standard output, byte for byte as they are, or as JSON. Confined to one thread.
 */
final class RecordPrinter {
    private static final int BUFFER_BYTES = 64 << 10;

    private final boolean json;
    private final byte @Nullable [] keySeparator;
    private final OutputStream out;
    private final Writer text;

    /**
     * A printer for standard output.
     *
     * @param keySeparator what to print after each key; null for values only
     */
    RecordPrinter(boolean json, @Nullable String keySeparator) {
        this.json = json;
        this.keySeparator =
                keySeparator == null ? null : keySeparator.getBytes(StandardCharsets.UTF_8);
        this.out = new BufferedOutputStream(StandardOutput.ofProcess(), BUFFER_BYTES);
        this.text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
    }

    void print(Consumer.Received received) throws IOException {
        if (json) {
            Json.write(text, document(received));
            text.write('\n');
        } else {
            Record record = received.record();
            if (keySeparator != null) {
                write(record.key());
                out.write(keySeparator);
            }
            write(record.value());
            out.write('\n');
        }
    }

    /**
     * Hands on what was printed.
     *
     * @throws OutputFailedException if standard output does not take it
     */
    void flush() throws IOException {
        text.flush();
    }

    private void write(@Nullable ByteBuffer bytes) throws IOException {
        if (bytes != null) {
            out.write(RecordDocument.bytes(bytes));
        }
    }

    private static Map<String, @Nullable Object> document(Consumer.Received received) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("partition", received.partition().partition());
        document.putAll(RecordDocument.of(received.record()));
        return document;
    }
}
