/** The partitioner {@code sticky}: turns of bytes, whatever the key (KIP-480, KIP-794). */
package mortise.partitioner.sticky;
