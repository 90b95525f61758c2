package mortise.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a broker's plugins have done so far, as a tagged field of DescribeCluster that only Mortise
 * knows. A client that wants it sets the field, empty, in its request; a broker that knows it and
 * allows the client to describe the cluster sets it in its response. Whoever does not know it skips
 * it, as every tagged field.
 *
 * <p>The content is UTF-8 text, one line per plugin: kind, name, state, calls, nanoseconds,
 * failures, separated by tabs.
 */
public final class PluginActivityField {
    /** The field's number, far from those that the protocol will use. */
    public static final int TAG = 10_100;

    private static final int COLUMNS = 6;

    private PluginActivityField() {}

    /** One plugin's part. */
    public record Activity(
            String kind, String name, String state, long calls, long nanos, long failures) {
        private String line() {
            return String.join(
                    "\t",
                    kind,
                    name,
                    state,
                    Long.toString(calls),
                    Long.toString(nanos),
                    Long.toString(failures));
        }
    }

    /** The field that asks. */
    public static UnknownTaggedField question() {
        return new UnknownTaggedField(TAG, ByteBuffer.allocate(0));
    }

    /** Whether a request asks. */
    public static boolean isAsked(ApiMessage request) {
        return request.unknownTaggedFields().stream().anyMatch(field -> field.tag() == TAG);
    }

    /** The field that answers. */
    public static UnknownTaggedField answer(List<Activity> activities) {
        String text = String.join("\n", activities.stream().map(Activity::line).toList());
        return new UnknownTaggedField(TAG, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * The answer, if the broker gave one.
     *
     * @throws MalformedMessageException if the field has another form
     */
    public static Optional<List<Activity>> answered(ApiMessage response) {
        return response.unknownTaggedFields().stream()
                .filter(field -> field.tag() == TAG)
                .findFirst()
                .map(field -> parse(StandardCharsets.UTF_8.decode(field.data().duplicate()).toString()));
    }

    private static List<Activity> parse(String text) {
        List<Activity> all = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] cells = line.split("\t", -1);
            if (cells.length < COLUMNS) {
                throw new MalformedMessageException(
                        "a line of plugin activity has " + cells.length + " cells, not " + COLUMNS);
            }
            try {
                all.add(
                        new Activity(
                                cells[0],
                                cells[1],
                                cells[2],
                                Long.parseLong(cells[3]),
                                Long.parseLong(cells[4]),
                                Long.parseLong(cells[5])));
            } catch (NumberFormatException noNumber) {
                throw new MalformedMessageException("plugin activity holds no number where one belongs");
            }
        }
        return all;
    }
}
