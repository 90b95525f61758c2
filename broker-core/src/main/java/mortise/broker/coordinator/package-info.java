/**
 * Hosts of coordinators. A {@link mortise.broker.coordinator.CoordinatorShard} is one partition of
 * an internal topic and the state that stands on its records; {@link
 * mortise.broker.coordinator.Coordinators} are those of one topic that this broker leads. What a
 * state decides is appended to the partition, and answered once that is committed.
 */
package mortise.broker.coordinator;
