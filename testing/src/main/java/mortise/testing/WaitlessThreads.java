package mortise.testing;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The threads that must not wait for a disk: by their role, and by what they are in the midst of.
 */
final class WaitlessThreads {
    /** Threads are called by their role and a number, those of plugins by the plugin before it. */
    private static final Pattern ROLE = Pattern.compile("(?:.*-)?(net|drain|quorum)-\\d+");

    private static final Map<String, String> ROLES =
            Map.of("net", "an event loop", "drain", "a drain", "quorum", "the quorum's thread");

    /** Methods that drain a mailbox, on whichever thread. */
    private static final List<String> DRAINS =
            List.of(
                    "mortise.broker.mailbox.Mailbox#drain",
                    "mortise.broker.partition.PartitionMailbox#drain");

    private WaitlessThreads() {}

    /** What makes a thread one that must not wait, if anything does. */
    static Optional<String> why(String thread, List<String> frames) {
        Matcher role = ROLE.matcher(thread);
        if (role.matches()) {
            return Optional.ofNullable(ROLES.get(role.group(1)));
        }
        return frames.stream().anyMatch(DRAINS::contains)
                ? Optional.of("in a drain")
                : Optional.empty();
    }
}
