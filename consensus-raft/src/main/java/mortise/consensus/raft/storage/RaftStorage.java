package mortise.consensus.raft.storage;

import java.io.IOException;
import java.util.List;
import mortise.consensus.raft.core.Ballot;
import mortise.consensus.raft.core.Entry;

/**
 * What a member keeps: its ballot, its log and its snapshots. What a method was asked to keep is
 * durable when it returns.
 *
 * <p>Confined to the quorum's thread. After an {@link IOException} that is not said to leave things
 * as they were, nothing but {@link #close()} may be called: what reached the disk is unknown.
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

    /** What has been appended since the last snapshot. */
    LogGrowth growth();

    /**
     * Keeps a snapshot and drops what it makes superfluous. If it fails, nothing that a restart
     * needs is lost, and the storage may be used on. Growth counts from here either way.
     */
    void keep(Snapshot snapshot) throws IOException;

    /** Nothing is waiting to be appended: a moment for work that nobody waits for. */
    void idle();

    /** Notes that it ends here, unless it failed before, and lets go of everything. */
    @Override
    void close() throws IOException;
}
