/**
 * The Raft quorum as the broker meets it: the provider, the thread, and the queue in front of it.
 * What is decided stands in {@link mortise.consensus.raft.core}, what is stored in {@link
 * mortise.consensus.raft.disk}.
 */
package mortise.consensus.raft;
