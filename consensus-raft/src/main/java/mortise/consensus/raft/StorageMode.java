package mortise.consensus.raft;

/** Where the quorum keeps its state. */
enum StorageMode {
    /** In the data directory. */
    DISK,
    /** Nowhere: a restart begins anew. */
    MEMORY
}
