package mortise.consensus.raft.storage;

import java.io.IOException;
import java.util.List;
import mortise.consensus.raft.core.Ballot;
import mortise.consensus.raft.core.Entry;

/**
 * What a member keeps: its ballot, its log and its snapshots. What a method was asked to keep is
 * durable when it returns.
 *
 * <p>One call at a time, but for {@link #keep}, which may run beside the others. After an {@link
 * IOException} that is not said to leave things as they were, nothing but {@link #close()} may be
 * called: what reached the disk is unknown.
 */
public interface RaftStorage extends AutoCloseable {
    /**
     * Finds what is stored and repairs what a crash left half-written.
     *
     * @throws DamagedStateException if something durable is lost or changed
     * @throws ForeignStateException if it belongs to another node or a newer build
     */
    Recovered open() throws IOException;

    /** Keeps a ballot in place of the one before. */
    void store(Ballot ballot) throws IOException;

    /**
     * Appends entries that follow each other and the end of the log.
     *
     * @throws AppendRefusedException if none was stored and the log is as it was before
     */
    void append(List<Entry> entries) throws IOException;

    /** Shows the entries after {@code afterIndex} up to and with {@code upTo}. */
    void replay(long afterIndex, long upTo, EntryVisitor visitor) throws IOException;

    /** What has been appended since growth was last reset, or before it since the snapshot. */
    LogGrowth growth();

    /** Counts growth from here. */
    void resetGrowth();

    /**
     * Keeps a snapshot of entries that were appended. If it fails, nothing that a restart needs is
     * lost, and the storage may be used on. May run beside the other methods, not beside itself.
     *
     * @return the entry up to which the log is superfluous now; 0 if none of it is
     */
    long keep(Snapshot snapshot) throws IOException;

    /** Drops entries that are superfluous. If that fails, they are dropped another time. */
    void dropThrough(long index);

    /** Nothing is waiting to be appended: a moment for work that nobody waits for. */
    void idle();

    /** Notes that it ends here, unless it failed before, and lets go of everything. */
    @Override
    void close() throws IOException;
}
