/**
 * Groups: membership, rebalances and committed offsets, on the records of one partition of {@code
 * __consumer_offsets}. {@link mortise.coordinator.group.GroupCoordinator} is the state; requests
 * and responses are the protocol's own. The record formats are Apache Kafka's; the classic protocol
 * follows KIP-62, 134, 345, 394, 559 and 814.
 */
package mortise.coordinator.group;
