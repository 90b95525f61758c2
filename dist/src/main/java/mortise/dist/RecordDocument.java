package mortise.dist;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mortise.record.Record;
import org.jspecify.annotations.Nullable;

/**
 * A record for JSON. A key or value that is not UTF-8 is called {@code keyBase64} or {@code
 * valueBase64}.
 */
final class RecordDocument {
    private RecordDocument() {}

    static Map<String, @Nullable Object> of(Record record) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
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

    /** What a buffer holds. */
    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
