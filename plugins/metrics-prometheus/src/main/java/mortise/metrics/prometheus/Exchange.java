package mortise.metrics.prometheus;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request and its answer. Confined to its thread; it may block. */
final class Exchange {
    /** More than any scraper sends before its body. */
    static final int MAX_REQUEST_BYTES = 16 * 1024;

    /** How much of a refused request is taken. */
    private static final int MAX_REFUSED_BYTES = 1024 * 1024;

    private static final byte[] END = {'\r', '\n', '\r', '\n'};

    private final Socket client;
    private final Pages pages;

    Exchange(Socket client, Pages pages) {
        this.client = client;
        this.pages = pages;
    }

    /** A request as far as it matters here; header names are in lower case. */
    private record Request(String method, String path, Map<String, String> headers) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    void run() throws IOException {
        String head = head(client.getInputStream());
        if (head == null) {
            return;
        }
        Request request = parsed(head);
        if (head.length() >= MAX_REQUEST_BYTES) {
            refuse(new Page(431, "text/plain", "The request is too large.\n"));
        } else if (request == null) {
            refuse(new Page(400, "text/plain", "This is no HTTP/1.1 request.\n"));
        } else if (!List.of("GET", "HEAD").contains(request.method)) {
            refuse(
                    new Page(405, "text/plain", "Only GET and HEAD are answered.\n")
                            .with("Allow", "GET, HEAD"));
        } else {
            answer(request);
        }
    }

    /** Sends a refusal, and takes what the client still sends: else it may never see the answer. */
    private void refuse(Page page) throws IOException {
        send(page, true);
        InputStream rest = client.getInputStream();
        byte[] discarded = new byte[1024];
        for (int taken = 0; taken < MAX_REFUSED_BYTES; ) {
            int count = rest.read(discarded);
            if (count < 0) {
                return;
            }
            taken += count;
        }
    }

    private void answer(Request request) throws IOException {
        boolean body = request.method.equals("GET");
        Pages.Wanted wanted =
                new Pages.Wanted(
                        request.path,
                        Accepted.openMetrics(request.header("accept")),
                        Accepted.gzip(request.header("accept-encoding")));
        pages.answer(wanted, page -> send(page, body));
    }

    /**
     * Everything up to the empty line, or up to the bound if there is none; null if the client ends
     * before it.
     */
    private static @Nullable String head(InputStream in) throws IOException {
        byte[] buffer = new byte[MAX_REQUEST_BYTES];
        int length = 0;
        while (length < buffer.length) {
            int count = in.read(buffer, length, buffer.length - length);
            if (count < 0) {
                return null;
            }
            int seen = length;
            length += count;
            for (int end = Math.max(seen, END.length); end <= length; end++) {
                if (Arrays.equals(buffer, end - END.length, end, END, 0, END.length)) {
                    return text(buffer, end - END.length);
                }
            }
        }
        return text(buffer, length);
    }

    private static String text(byte[] buffer, int length) {
        return new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
    }

    private static @Nullable Request parsed(String head) {
        String[] lines = head.split("\r\n", -1);
        String[] words = lines[0].split(" ", -1);
        if (words.length != 3 || !words[2].startsWith("HTTP/1.") || !words[1].startsWith("/")) {
            return null;
        }
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
                headers.merge(
                        name, lines[i].substring(colon + 1).strip(), (one, two) -> one + "," + two);
            }
        }
        int query = words[1].indexOf('?');
        String path = query < 0 ? words[1] : words[1].substring(0, query);
        return new Request(words[0], path, headers);
    }

    private void send(Page page, boolean body) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 ").append(page.statusLine());
        page.headers()
                .forEach((name, value) ->
                        head.append("\r\n").append(name).append(": ").append(value));
        head.append("\r\nContent-Length: ").append(page.body().remaining());
        head.append("\r\nConnection: close\r\n\r\n");
        OutputStream out = client.getOutputStream();
        out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        if (body) {
            out.write(page.body().array(), page.body().arrayOffset(), page.body().remaining());
        }
        out.flush();
        client.shutdownOutput();
    }
}
