package mortise.spi.placement;

/**
 * Partitions that need replicas.
 *
 * @param topic the topic's name
 * @param firstPartition the index of the first one; above 0 if an existing topic grows
 * @param partitionCount how many, at least 1
 * @param replicationFactor how many replicas each is to have, at least 1
 * @param seed the randomness of this decision
 */
public record PlacementRequest(
        String topic, int firstPartition, int partitionCount, int replicationFactor, long seed) {
    public PlacementRequest {
        if (firstPartition < 0 || partitionCount < 1 || replicationFactor < 1) {
            throw new IllegalArgumentException(
                    "placing "
                            + partitionCount
                            + " partitions of "
                            + topic
                            + " from "
                            + firstPartition
                            + " on with replication factor "
                            + replicationFactor
                            + ": count and factor are at least 1, the first at least 0");
        }
    }
}
