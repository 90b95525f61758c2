package mortise.storage.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import mortise.spi.storage.AbortedTransaction;
import org.jspecify.annotations.Nullable;

/**
 * The transactions that were aborted by markers in a segment, in the order of those: in Kafka's
 * file {@code .txnindex}, and in memory once somebody wants them. There is no file as long as there
 * is none of them.
 *
 * <p>One writer appends; whoever syncs stores; readers look without locks.
 */
final class TransactionIndex {
    /** Version (2), producer ID, first offset, last offset, last stable offset (8 each). */
    static final int ENTRY_BYTES = 34;

    private static final short VERSION = 0;
    private static final AbortedTransaction[] NONE = {};

    /** Not even that there are none is durable. */
    private static final int NOTHING = -1;

    private final CachedFile file;
    private final long baseOffset;

    /** Null until somebody wants them. */
    private volatile AbortedTransaction @Nullable [] entries;

    /** The checksum of the file as it was left, or -1 if nobody knows. Guarded by this. */
    private long expected = -1;

    /** Whether the file is not as it was left. */
    private volatile boolean rotten;

    /** How many of them are in the file. Guarded by this. */
    private int stored;

    /** How many of those are durable. Guarded by this. */
    private int durable;

    private TransactionIndex(
            CachedFile file, long baseOffset, AbortedTransaction @Nullable [] entries) {
        this.file = file;
        this.baseOffset = baseOffset;
        this.entries = entries;
    }

    /** That of a segment with nothing in it. */
    static TransactionIndex none(CachedFile file, long baseOffset) {
        return new TransactionIndex(file, baseOffset, NONE);
    }

    /** That of a segment on disk. */
    static TransactionIndex stored(CachedFile file, long baseOffset) {
        return new TransactionIndex(file, baseOffset, null);
    }

    CachedFile file() {
        return file;
    }

    /** The CRC-32C that the file has if it is as it was left; else nobody is told what it says. */
    synchronized void expect(long checksum) {
        expected = checksum;
    }

    /**
     * Those whose transaction begins below {@code to} and whose marker is not below {@code from}.
     *
     * @return whether no later marker is of such a transaction: all that began below {@code to} had
     *     been decided by one of these
     */
    boolean find(long from, long to, List<AbortedTransaction> found) throws IOException {
        for (AbortedTransaction entry : loaded()) {
            if (entry.lastOffset() >= from && entry.firstOffset() < to) {
                found.add(entry);
            }
            if (entry.lastStableOffset() >= to) {
                return true;
            }
        }
        return false;
    }

    /** Whether there are any; those on disk that nobody has looked at count. */
    boolean isEmpty() throws IOException {
        return loaded().length == 0;
    }

    /** Adds one; the marker is in the segment already, and not below those of the others. */
    synchronized void add(AbortedTransaction transaction) {
        AbortedTransaction[] now = entries;
        if (now == null) {
            throw new IllegalStateException(file.path() + " is of a segment that is not active");
        }
        AbortedTransaction[] more = Arrays.copyOf(now, now.length + 1);
        more[now.length] = transaction;
        entries = more;
    }

    /**
     * Puts others in the place of those whose marker is at or beyond an offset, durably, if they
     * are others. Before anything else is written to the segment. Where the segment begins before
     * the offset, and its file is not as it was left, nobody is told what that says, and so it
     * stays.
     *
     * @return whether anything has changed
     */
    synchronized boolean replaceFrom(long offset, List<AbortedTransaction> transactions)
            throws IOException {
        boolean all = baseOffset >= offset;
        List<AbortedTransaction> known;
        try {
            known = List.of(loaded());
        } catch (CorruptFileException rot) {
            if (!all) {
                return false;
            }
            known = List.of();
        }
        List<AbortedTransaction> wanted =
                new ArrayList<>(known.stream().filter(one -> one.lastOffset() < offset).toList());
        stored = all ? 0 : wanted.size();
        wanted.addAll(transactions);
        if (!rotten && known.equals(wanted)) {
            stored = known.size();
            return false;
        }
        entries = wanted.toArray(AbortedTransaction[]::new);
        durable = NOTHING;
        expected = -1;
        rotten = false;
        sync();
        return true;
    }

    /**
     * Makes those durable that there are.
     *
     * @return whether the file is new, so that its name is to be made durable too
     */
    synchronized boolean sync() throws IOException {
        AbortedTransaction[] now = entries;
        if (now == null || durable == now.length) {
            return false;
        }
        boolean created = stored == 0;
        OpenFile open = file.useOrCreate();
        if (open == null) {
            return false; // removed meanwhile
        }
        try {
            ByteBuffer bytes = encoded(now, stored);
            long position = (long) stored * ENTRY_BYTES;
            while (bytes.hasRemaining()) {
                position += open.channel().write(bytes, position);
            }
            if (open.channel().size() > position) {
                open.channel().truncate(position);
            }
            stored = now.length;
            DiskFiles.force(open.channel(), file.path(), false);
            durable = now.length;
        } finally {
            open.release();
        }
        return created;
    }

    /** Makes the file even if there are none. */
    void createFile() throws IOException {
        OpenFile open = file.useOrCreate();
        if (open != null) {
            open.release();
        }
    }

    private static ByteBuffer encoded(AbortedTransaction[] all, int from) {
        ByteBuffer bytes = ByteBuffer.allocate((all.length - from) * ENTRY_BYTES);
        for (int i = from; i < all.length; i++) {
            bytes.putShort(VERSION)
                    .putLong(all[i].producerId())
                    .putLong(all[i].firstOffset())
                    .putLong(all[i].lastOffset())
                    .putLong(all[i].lastStableOffset());
        }
        return bytes.flip();
    }

    /**
     * Drops those whose marker is at or beyond an offset, in the file too. For a segment that
     * nobody else uses yet.
     */
    synchronized void cut(long endOffset) throws IOException {
        AbortedTransaction[] kept =
                Arrays.stream(read(false))
                        .filter(entry -> entry.lastOffset() < endOffset)
                        .toArray(AbortedTransaction[]::new);
        if (!Files.exists(file.path())) {
            entries = NONE;
            return;
        }
        if (Files.size(file.path()) != (long) kept.length * ENTRY_BYTES) {
            OpenFile open = file.use();
            if (open != null) {
                try {
                    open.channel().truncate((long) kept.length * ENTRY_BYTES);
                    DiskFiles.force(open.channel(), file.path(), true);
                } finally {
                    open.release();
                }
            }
        }
        entries = kept;
        stored = kept.length;
        durable = 0; // a process that was killed may have left them in the page cache
    }

    private AbortedTransaction[] loaded() throws IOException {
        checkNotRotten();
        AbortedTransaction[] now = entries;
        return now != null ? now : load();
    }

    private synchronized AbortedTransaction[] load() throws IOException {
        AbortedTransaction[] now = entries;
        if (now == null) {
            now = read(true);
            checkNotRotten();
            stored = now.length;
            durable = now.length;
            entries = now;
        }
        return now;
    }

    /**
     * What the file holds.
     *
     * @param all whether anything unsound in it is refused; else it ends there
     */
    private AbortedTransaction[] read(boolean all) throws IOException {
        Path path = file.path();
        byte[] content;
        try {
            content = Files.readAllBytes(path);
        } catch (NoSuchFileException none) {
            noteChecksum(new byte[0]);
            return NONE;
        }
        noteChecksum(content);
        List<AbortedTransaction> found = new ArrayList<>();
        ByteBuffer bytes = ByteBuffer.wrap(content);
        long last = baseOffset - 1;
        while (bytes.remaining() >= ENTRY_BYTES) {
            short version = bytes.getShort();
            AbortedTransaction entry =
                    new AbortedTransaction(
                            bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
            if (version != VERSION
                    || entry.lastOffset() <= last
                    || entry.firstOffset() < 0
                    || entry.firstOffset() >= entry.lastOffset()
                    || entry.producerId() < 0) {
                return unsound(all, found, path);
            }
            last = entry.lastOffset();
            found.add(entry);
        }
        return bytes.hasRemaining()
                ? unsound(all, found, path)
                : found.toArray(AbortedTransaction[]::new);
    }

    private void noteChecksum(byte[] content) {
        if (expected >= 0) {
            CRC32C sum = new CRC32C();
            sum.update(content);
            rotten = sum.getValue() != expected;
        }
    }

    private void checkNotRotten() throws CorruptFileException {
        if (rotten) {
            throw new CorruptFileException(
                    file.path() + ": the transaction index is not as it was left");
        }
    }

    private static AbortedTransaction[] unsound(
            boolean all, List<AbortedTransaction> before, Path path) throws IOException {
        if (all) {
            throw new CorruptFileException(
                    path + ": entry " + before.size() + " of the transaction index is not sound");
        }
        return before.toArray(AbortedTransaction[]::new);
    }
}
