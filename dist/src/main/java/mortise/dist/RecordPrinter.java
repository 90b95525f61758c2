package mortise.dist;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mortise.client.Consumer;
import mortise.record.Record;
import org.jspecify.annotations.Nullable;

/**
 * Writes records to standard output, byte for byte as they are, or as JSON. In JSON a key or value
 * that is not UTF-8 is called {@code keyBase64} or {@code valueBase64}. Confined to one thread.
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
            out.write(bytes(bytes));
        }
    }

    private static Map<String, @Nullable Object> document(Consumer.Received received) {
        Record record = received.record();
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("partition", received.partition().partition());
        document.put("offset", record.offset());
        document.put("timestamp", record.timestamp());
        put(document, "key", record.key());
        put(document, "value", record.value());
        List<Map<String, @Nullable Object>> headers = new ArrayList<>();
        record.headers()
                .forEach(header -> {
                    Map<String, @Nullable Object> one = new LinkedHashMap<>();
                    one.put("key", header.key());
                    put(one, "value", header.value());
                    headers.add(one);
                });
        document.put("headers", headers);
        return document;
    }

    private static void put(
            Map<String, @Nullable Object> document, String name, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            document.put(name, null);
            return;
        }
        try {
            document.put(
                    name, StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString());
        } catch (CharacterCodingException binary) {
            document.put(name + "Base64", Base64.getEncoder().encodeToString(bytes(bytes)));
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
