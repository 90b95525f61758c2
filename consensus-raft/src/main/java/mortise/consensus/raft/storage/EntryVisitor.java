package mortise.consensus.raft.storage;

import mortise.consensus.raft.core.Entry;

/** Sees entries in the order of the log. */
@FunctionalInterface
public interface EntryVisitor {
    /** Sees the next entry, which it may keep. */
    void visit(Entry entry);
}
