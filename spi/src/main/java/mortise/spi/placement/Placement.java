package mortise.spi.placement;

import java.util.List;

/** The answer to a {@link PlacementRequest}. */
public sealed interface Placement {
    /**
     * The replicas of each partition.
     *
     * @param replicas by partition in order, the brokers that hold it; the first one that is not
     *     fenced leads it
     */
    record Placed(List<List<Integer>> replicas) implements Placement {
        public Placed {
            replicas = replicas.stream().map(List::copyOf).toList();
        }
    }

    /**
     * These partitions cannot be placed.
     *
     * @param reason why not and what to do, as one sentence that whoever creates the topic reads
     */
    record Refused(String reason) implements Placement {}
}
