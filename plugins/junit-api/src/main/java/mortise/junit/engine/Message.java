package mortise.junit.engine;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A line between the extension and the process that runs its brokers: words, each percent-encoded,
 * with blanks between. Requests go to the process's standard input:
 *
 * <pre>
 * request = id operation broker argument…
 * answer  = "mortise-junit-answer" id "done" result…
 *         | "mortise-junit-answer" id "failed" ("argument" | "state") message trace
 * </pre>
 *
 * <p>Answers come from its standard output in any order; a line there that does not begin like an
 * answer is somebody's print and passed on. A request whose standard input has ended is the last:
 * the process ends its brokers, removes their directories and exits.
 *
 * @param words at least one
 */
public record Message(List<String> words) {
    /** The first word of an answer. */
    public static final String ANSWER = "mortise-junit-answer";

    /** The second word after an answer's ID, if the call went well. */
    public static final String DONE = "done";

    /** The second word after an answer's ID, if it did not. */
    public static final String FAILED = "failed";

    /** The kind of a failure that the caller's argument is to blame for. */
    public static final String ARGUMENT = "argument";

    /** The kind of every other failure. */
    public static final String STATE = "state";

    public Message {
        words = List.copyOf(words);
    }

    /** Reads a line, without its end. */
    public static Message parse(String line) {
        return new Message(
                Arrays.stream(line.split(" ", -1))
                        .map(word -> URLDecoder.decode(word, StandardCharsets.UTF_8))
                        .toList());
    }

    /** These words and those. */
    public static Message of(List<String> first, List<String> then) {
        return new Message(Stream.concat(first.stream(), then.stream()).toList());
    }

    /** The words after the first so many. */
    public List<String> after(int count) {
        return words.subList(count, words.size());
    }

    /** Keys and values, one after the other. */
    public static List<String> pairs(Map<String, String> map) {
        return map.entrySet().stream()
                .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** The map of keys and values, one after the other. */
    public static Map<String, String> map(List<String> pairs) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            map.put(pairs.get(i), pairs.get(i + 1));
        }
        return map;
    }

    /** The line, without an end. */
    @Override
    public String toString() {
        return words.stream()
                .map(word -> URLEncoder.encode(word, StandardCharsets.UTF_8))
                .collect(Collectors.joining(" "));
    }
}
