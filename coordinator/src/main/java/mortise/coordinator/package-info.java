/**
 * What every coordinator has in common: a {@link mortise.coordinator.ReplicatedState} decides
 * commands one at a time, at a {@link mortise.coordinator.Moment}; what it decides is records and
 * replies in a {@link mortise.coordinator.CommandContext}. Whoever hosts it appends the records to
 * the partition and gives the replies out when the records are committed. If an append fails the
 * host drops the state and replays the partition into a new one.
 */
package mortise.coordinator;
