package mortise.spi.placement;

import java.util.List;
import java.util.Optional;

/**
 * The brokers of a cluster as a placement sees them. Immutable while a placement looks at it, and
 * confined to the thread that asks.
 */
public interface ClusterView {
    /** All registered brokers, by ascending id. */
    List<Broker> brokers();

    /** How many replicas of partitions a broker holds, those on fenced brokers included. */
    int replicaCount(int broker);

    /** How many partitions a broker leads. */
    int leaderCount(int broker);

    /**
     * A registered broker.
     *
     * @param id its number
     * @param rack where it stands, if it says
     * @param fenced whether it is out of service: it may hold replicas, but leads nothing for now
     */
    record Broker(int id, Optional<String> rack, boolean fenced) {}
}
