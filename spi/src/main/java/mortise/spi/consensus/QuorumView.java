package mortise.spi.consensus;

import java.util.List;

/**
 * The quorum as this member sees it.
 *
 * @param committedIndex the last entry known to be committed; 0 if none
 * @param voters the nodes that vote
 */
public record QuorumView(Leadership leadership, long committedIndex, List<Integer> voters) {
    public QuorumView {
        voters = List.copyOf(voters);
    }
}
