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
    /**
     * Threads are called by their role, those of plugins by the plugin before it; where there are
     * several, by a number behind it.
     */
    private static final Pattern ROLE =
            Pattern.compile("(?:.*-)?(net|drain|quorum|controller|timer)(?:-\\d+)?");

    private static final Map<String, String> ROLES =
            Map.of(
                    "net", "an event loop",
                    "drain", "a drain",
                    "quorum", "the quorum's executor",
                    "controller", "the controller's executor",
                    "timer", "the timers' thread");

    /** What drains a mailbox, on whichever thread. */
    private static final String DRAIN = "mortise.broker.mailbox.Mailbox#drain";

    private WaitlessThreads() {}

    /** What makes a thread one that must not wait, if anything does. */
    static Optional<String> why(String thread, List<String> frames) {
        Matcher role = ROLE.matcher(thread);
        if (role.matches()) {
            return Optional.ofNullable(ROLES.get(role.group(1)));
        }
        return frames.contains(DRAIN) ? Optional.of("in a drain") : Optional.empty();
    }
}
