package mortise.testing;

import java.util.List;

/**
 * Forces by threads that must not wait for a disk which are known and not mended yet. The list is
 * to become empty; nothing is added to it.
 */
final class KnownForces {
    /**
     * One of them.
     *
     * @param frame {@code class#method}, somewhere on the stack
     * @param reason why it is still there
     */
    private record Known(String frame, String reason) {}

    private static final List<Known> KNOWN =
            List.of(
                    new Known(
                            "mortise.consensus.raft.RaftQuorum#step",
                            "the quorum's thread writes and forces its own log"));

    private KnownForces() {}

    static boolean isKnown(List<String> frames) {
        return KNOWN.stream().anyMatch(known -> frames.contains(known.frame()));
    }
}
