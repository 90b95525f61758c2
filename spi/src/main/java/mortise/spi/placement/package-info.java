/** Placement: which brokers hold the replicas of new partitions. */
package mortise.spi.placement;
