package mortise.consensus.raft.disk;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import mortise.consensus.raft.core.Ballot;
import mortise.consensus.raft.core.Entry;
import mortise.consensus.raft.storage.AppendRefusedException;
import mortise.consensus.raft.storage.DamagedStateException;
import mortise.consensus.raft.storage.EntryVisitor;
import mortise.consensus.raft.storage.ForeignStateException;
import mortise.consensus.raft.storage.LogGrowth;
import mortise.consensus.raft.storage.RaftStorage;
import mortise.consensus.raft.storage.Recovered;
import mortise.consensus.raft.storage.Snapshot;
import mortise.spi.DirectoryLock;
import org.jspecify.annotations.Nullable;

/**
 * Storage in a directory, in the format of this package.
 *
 * <p>It trusts the disk no further than a force that succeeded: after a failure whose outcome is
 * unknown it writes nothing more.
 */
public final class DiskStorage implements RaftStorage {
    private static final String LOCK = "lock";

    private final Path directory;
    private final int nodeId;
    private final long segmentBytes;
    private final Logger logger;
    private final IdentityFile identity;
    private final BallotFile ballotFile;
    private final Formatting formatting;
    private @Nullable Opened opened;
    private boolean failed;
    private Ballot ballot = Ballot.BLANK;
    private long claimedIndex;

    /**
     * Everything that an open directory consists of.
     *
     * @param lock held until it is closed
     */
    private record Opened(DirectoryLock lock, Snapshots snapshots, RaftLog log)
            implements AutoCloseable {
        @Override
        public void close() throws IOException {
            try {
                log.close();
            } finally {
                lock.close();
            }
        }
    }

    /**
     * Storage in a directory of its own, which exists when it is opened.
     *
     * @param segmentBytes how large a file of the log becomes
     */
    public DiskStorage(Path directory, int nodeId, long segmentBytes, Logger logger) {
        this.directory = directory;
        this.nodeId = nodeId;
        this.segmentBytes = segmentBytes;
        this.logger = logger;
        this.identity = new IdentityFile(directory, nodeId);
        this.ballotFile = new BallotFile(directory, nodeId);
        this.formatting = new Formatting(directory, nodeId, identity, ballotFile);
    }

    @Override
    public Recovered open() throws IOException {
        Files.createDirectories(directory);
        if (!identity.exists()) {
            // Before the lock, which would leave a file in somebody else's directory.
            formatting.requireNew(DirectoryContent.read(directory));
        }
        DirectoryLock lock = lock();
        try {
            return recover(lock);
        } catch (IOException | RuntimeException refused) {
            lock.close();
            throw refused;
        }
    }

    private DirectoryLock lock() throws IOException {
        try {
            return DirectoryLock.take(directory, LOCK, "");
        } catch (DirectoryLock.HeldException held) {
            throw new ForeignStateException(
                    "opening the quorum's directory "
                            + directory
                            + ": another broker uses it; stop that one or give this one a"
                            + " directory of its own");
        }
    }

    private Recovered recover(DirectoryLock lock) throws IOException {
        if (!identity.exists()) {
            formatting.write();
            logger.log(Level.INFO, "formatted " + directory + " for node " + nodeId);
        }
        DirectoryContent content = DirectoryContent.read(directory);
        content.deleteInterrupted();
        // After a process that was killed, a rename may be in the page cache only.
        DurableFiles.forceDirectory(directory);
        List<Integer> voters = identity.read();
        BallotFile.Stored stored = readBallot();
        Snapshots snapshots = new Snapshots(directory, nodeId, content.snapshots(), logger);
        List<Segment> segments = content.segments();
        requireSegments(segments, stored);
        long firstIndex = segments.stream().mapToLong(Segment::baseIndex).min().orElseThrow();
        Optional<Snapshot> snapshot = snapshots.readNewest(firstIndex);
        RaftLog log =
                RaftLog.open(
                        directory,
                        nodeId,
                        segmentBytes,
                        segments,
                        Math.max(stored.durableIndex(), snapshots.newestIndex()),
                        snapshot.map(Snapshot::index).orElse(0L),
                        logger);
        try {
            requireTermWithin(stored.ballot(), log);
        } catch (RuntimeException refused) {
            log.close();
            throw refused;
        }
        opened = new Opened(lock, snapshots, log);
        ballot = stored.ballot();
        claimedIndex = stored.durableIndex();
        return new Recovered(
                ballot,
                snapshot.map(Snapshot::voters).orElse(voters),
                snapshot,
                log.lastIndex(),
                log.lastTerm());
    }

    private BallotFile.Stored readBallot() throws IOException {
        if (!ballotFile.exists()) {
            throw new DamagedStateException(
                    "reading the quorum's ballot",
                    ballotFile.file(),
                    0,
                    "a ballot, as in every formatted directory",
                    "no such file");
        }
        return ballotFile.read();
    }

    private void requireSegments(List<Segment> segments, BallotFile.Stored stored) {
        if (segments.isEmpty()) {
            throw new DamagedStateException(
                    "recovering the quorum from "
                            + directory
                            + ": expected at least one segment of the log, for entries up to "
                            + stored.durableIndex()
                            + " were durable in term "
                            + stored.ballot().term()
                            + ", found none; restore the directory from a copy");
        }
    }

    private void requireTermWithin(Ballot stored, RaftLog log) {
        if (log.lastTerm() > stored.term()) {
            throw new DamagedStateException(
                    "reading the quorum's ballot",
                    ballotFile.file(),
                    0,
                    "term " + log.lastTerm() + " of entry " + log.lastIndex() + " or later",
                    "term " + stored.term() + ", so an older file was put in its place");
        }
    }

    @Override
    public void store(Ballot next) throws IOException {
        long durableIndex = opened().log().lastIndex();
        try {
            ballotFile.write(new BallotFile.Stored(next, durableIndex));
        } catch (IOException broken) {
            failed = true;
            throw broken;
        }
        ballot = next;
        claimedIndex = durableIndex;
    }

    @Override
    public void append(List<Entry> entries) throws IOException {
        try {
            opened().log().append(entries);
        } catch (AppendRefusedException asBefore) {
            throw asBefore;
        } catch (IOException broken) {
            failed = true;
            throw broken;
        }
    }

    @Override
    public void replay(long afterIndex, long upTo, EntryVisitor visitor) throws IOException {
        opened().log().replay(afterIndex, upTo, visitor);
    }

    @Override
    public LogGrowth growth() {
        return opened().log().growth();
    }

    @Override
    public void resetGrowth() {
        opened().log().resetGrowth();
    }

    @Override
    public long keep(Snapshot snapshot) throws IOException {
        return opened().snapshots().keep(snapshot);
    }

    @Override
    public void dropThrough(long index) {
        try {
            opened().log().dropThrough(index);
        } catch (IOException later) {
            logger.log(
                    Level.WARNING,
                    "segments of the quorum's log up to entry "
                            + index
                            + " could not be dropped, trying again after the next snapshot: "
                            + later.getMessage());
        }
    }

    @Override
    public void idle() {
        try {
            opened().log().mark();
        } catch (IOException withoutMark) {
            logger.log(
                    Level.DEBUG, "the quorum's log goes on without a mark of its end", withoutMark);
        }
    }

    @Override
    public void close() throws IOException {
        Opened closing = opened;
        opened = null;
        if (closing == null) {
            return;
        }
        try (closing) {
            long lastIndex = closing.log().lastIndex();
            if (!failed && lastIndex > claimedIndex) {
                ballotFile.write(new BallotFile.Stored(ballot, lastIndex));
            }
        }
    }

    private Opened opened() {
        Opened now = opened;
        if (now == null) {
            throw new IllegalStateException("the quorum's directory " + directory + " is not open");
        }
        return now;
    }
}
