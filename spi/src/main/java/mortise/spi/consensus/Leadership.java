package mortise.spi.consensus;

/**
 * Who leads the quorum.
 *
 * @param epoch grows with every new leader
 * @param leaderId the leading node, or -1 if there is none
 * @param local whether that is this node
 */
public record Leadership(int epoch, int leaderId, boolean local) {}
