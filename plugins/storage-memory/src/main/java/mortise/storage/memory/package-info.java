/**
 * Partition logs on the heap: gone when the store is closed, bounded by {@code
 * storage.memory.max-bytes}.
 *
 * <p>A log is an immutable {@link mortise.storage.memory.LogContent} behind one atomic reference;
 * every change makes another one, so nobody who reads takes a lock, and a slice is a reference to
 * batches that never change. A full store refuses appends and serves reads.
 */
package mortise.storage.memory;
