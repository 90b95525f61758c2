package mortise.metadata;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a topic may be called. */
public final class TopicNames {
    private static final int LONGEST = 249;
    private static final Set<String> INTERNAL =
            Set.of("__consumer_offsets", "__transaction_state", "__share_group_state");

    private static final String METADATA_LOG = "__cluster_metadata";

    private TopicNames() {}

    /** What is wrong with a name; null if nothing is. */
    public static @Nullable String problem(String name) {
        if (name.isEmpty()) {
            return "the topic name is empty; use 1 to 249 letters, digits, '.', '_' and '-'";
        }
        if (name.equals(".") || name.equals("..")) {
            return "the topic name '" + name + "' is a path; use more than dots";
        }
        if (name.length() > LONGEST) {
            return "the topic name has "
                    + name.length()
                    + " characters; at most "
                    + LONGEST
                    + " are accepted: "
                    + name;
        }
        for (int i = 0; i < name.length(); i++) {
            if (!allowed(name.charAt(i))) {
                return "the topic name '"
                        + name
                        + "' contains '"
                        + name.charAt(i)
                        + "'; use ASCII letters, digits, '.', '_' and '-' only";
            }
        }
        return null;
    }

    private static boolean allowed(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }

    /**
     * Whether another topic could share this one's metric names: they do not tell dots from
     * underscores.
     */
    static boolean canCollide(String name) {
        return name.indexOf('.') >= 0 || name.indexOf('_') >= 0;
    }

    /** The name as metrics show it. Two topics may not have the same one. */
    static String metricForm(String name) {
        return name.replace('.', '_');
    }

    /**
     * Whether the quorum's own log has this name: it looks like a topic and is none, and no client
     * may make one.
     */
    public static boolean isReserved(String name) {
        return name.equals(METADATA_LOG);
    }

    /**
     * Whether brokers keep state of their own in a topic of this name. Clients may describe, alter
     * and delete one, but not write its records or delete them.
     */
    public static boolean isInternal(String name) {
        return name.startsWith("__") && INTERNAL.contains(name);
    }
}
