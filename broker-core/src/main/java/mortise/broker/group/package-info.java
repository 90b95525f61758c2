/**
 * Groups on this broker: {@link mortise.broker.group.GroupHost} knows which partition of {@code
 * __consumer_offsets} a group belongs to, and has that topic made when it is first needed.
 */
package mortise.broker.group;
