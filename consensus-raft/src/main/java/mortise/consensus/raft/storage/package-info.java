/** What a member of the quorum keeps, and the kind that keeps it in memory only. */
package mortise.consensus.raft.storage;
