package mortise.metrics.prometheus;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer.
 *
 * @param headers beside the length, which the body says
 * @param body on the heap; given away to the page
 */
record Page(int status, Map<String, String> headers, ByteBuffer body) {
    /** A text; it must not change with each reader, and is never cached. */
    Page(int status, String type, String text) {
        this(status, headers(type), ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** The headers of a body of this type. */
    static Map<String, String> headers(String type) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", type.contains("charset") ? type : type + "; charset=utf-8");
        headers.put("Cache-Control", "no-store");
        return headers;
    }

    /** This page with one more header. */
    Page with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Page(status, more, body);
    }

    /** The status as HTTP writes it. */
    String statusLine() {
        String reason =
                switch (status) {
                    case 200 -> "OK";
                    case 400 -> "Bad Request";
                    case 404 -> "Not Found";
                    case 405 -> "Method Not Allowed";
                    case 431 -> "Request Header Fields Too Large";
                    case 503 -> "Service Unavailable";
                    default -> throw new IllegalStateException("no reason phrase for " + status);
                };
        return status + " " + reason;
    }
}
