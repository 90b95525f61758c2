package mortise.storage.local;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;

/**
 * A segment's sorted entries of fixed size, each beginning with its key: the older ones in a file,
 * the newest in memory until there are enough of them to be worth a write.
 *
 * <p>One writer appends, stores and cuts; readers run beside it without locks. A reader takes the
 * {@link Tail} once: the entries before it are in the file for good, its own are published by its
 * count. Cutting is for a segment that nobody reads yet.
 */
final class IndexFile {
    /** Kafka's offset index: relative offset, position. */
    static final int OFFSET_ENTRY_BYTES = 8;

    /** Kafka's time index: timestamp, relative offset. */
    static final int TIME_ENTRY_BYTES = 12;

    private static final int LEAST_PENDING = 8;
    private static final int MOST_PENDING = 512;

    private final CachedFile file;
    private final ScratchBuffers scratch;
    private final int entryBytes;
    private volatile Tail tail;

    /** An index whose file holds {@code stored} entries. */
    IndexFile(CachedFile file, ScratchBuffers scratch, int entryBytes, int stored) {
        this.file = file;
        this.scratch = scratch;
        this.entryBytes = entryBytes;
        this.tail = new Tail(stored, 0, entryBytes);
    }

    /** The entries since the last write to the file. */
    private static final class Tail {
        private static final VarHandle COUNT;

        static {
            try {
                COUNT = MethodHandles.lookup().findVarHandle(Tail.class, "count", int.class);
            } catch (ReflectiveOperationException impossible) {
                throw new ExceptionInInitializerError(impossible);
            }
        }

        final int stored;
        final ByteBuffer entries;
        final int capacity;

        @SuppressWarnings("unused") // through COUNT
        private int count;

        Tail(int stored, int capacity, int entryBytes) {
            this.stored = stored;
            this.capacity = capacity;
            this.entries = ByteBuffer.allocate(capacity * entryBytes);
        }

        int count() {
            return (int) COUNT.getAcquire(this);
        }

        void publish(int newCount) {
            COUNT.setRelease(this, newCount);
        }
    }

    CachedFile file() {
        return file;
    }

    /** How many entries there are. */
    int count() {
        Tail now = tail;
        return now.stored + now.count();
    }

    /** The bytes of all entries, in the file or not. */
    int sizeInBytes() {
        return count() * entryBytes;
    }

    /**
     * Makes sure that so many more entries can be appended without touching the disk. Writer only.
     *
     * @throws IOException if the file cannot be written; nothing has changed then
     */
    void makeRoom(int entries) throws IOException {
        Tail now = tail;
        int count = now.count();
        if (count + entries <= now.capacity) {
            return;
        }
        if (count + entries <= MOST_PENDING) {
            int capacity = Math.max(Math.max(LEAST_PENDING, count + entries), now.capacity * 4);
            Tail larger = new Tail(now.stored, Math.min(capacity, MOST_PENDING), entryBytes);
            larger.entries.put(0, now.entries, 0, count * entryBytes);
            larger.publish(count);
            tail = larger;
        } else {
            store();
            now = tail;
            if (now.capacity < entries) {
                tail = new Tail(now.stored, entries, entryBytes);
            }
        }
    }

    /** Appends to an offset index. Writer only, after {@link #makeRoom}. */
    void append(int relativeOffset, int position) {
        Tail now = tail;
        int count = now.count();
        now.entries.putInt(count * entryBytes, relativeOffset);
        now.entries.putInt(count * entryBytes + 4, position);
        now.publish(count + 1);
    }

    /** Appends to a time index. Writer only, after {@link #makeRoom}. */
    void append(long timestamp, int relativeOffset) {
        Tail now = tail;
        int count = now.count();
        now.entries.putLong(count * entryBytes, timestamp);
        now.entries.putInt(count * entryBytes + 8, relativeOffset);
        now.publish(count + 1);
    }

    /**
     * Writes the newest entries to the file. Writer only; after a failure it can be tried again.
     */
    void store() throws IOException {
        Tail now = tail;
        int count = now.count();
        if (count == 0) {
            return;
        }
        OpenFile open = file.useOrCreate();
        if (open == null) {
            return; // the segment was removed meanwhile
        }
        try {
            ByteBuffer bytes = now.entries.duplicate().position(0).limit(count * entryBytes);
            long position = (long) now.stored * entryBytes;
            while (bytes.hasRemaining()) {
                position += open.channel().write(bytes, position);
            }
        } finally {
            open.release();
        }
        tail = new Tail(now.stored + count, Math.min(now.capacity, MOST_PENDING), entryBytes);
    }

    /** Writes what is pending, and makes the file if even an empty one is missing. */
    void finish() throws IOException {
        store();
        OpenFile open = file.useOrCreate();
        if (open != null) {
            open.release();
        }
    }

    /** Makes the entries in the file durable. Any thread. */
    void sync() throws IOException {
        if (tail.stored == 0) {
            return;
        }
        OpenFile open = file.use();
        if (open != null) {
            try {
                DiskFiles.force(open.channel(), file.path(), false);
            } finally {
                open.release();
            }
        }
    }

    /** Keeps the first entries only, durably. For a segment that nobody else uses yet. */
    void cut(int entries) throws IOException {
        cut(entries, true);
    }

    /**
     * Keeps the first entries only.
     *
     * @param durably false if the others are true as well
     */
    void cut(int entries, boolean durably) throws IOException {
        Tail now = tail;
        if (now.count() > 0 || entries > now.stored) {
            throw new IllegalStateException(
                    file.path() + ": cannot cut " + now.stored + " entries to " + entries);
        }
        if (now.stored == entries && fileBytes() == (long) entries * entryBytes) {
            return;
        }
        OpenFile open = file.useOrCreate();
        if (open != null) {
            try {
                open.channel().truncate((long) entries * entryBytes);
                if (durably) {
                    DiskFiles.force(open.channel(), file.path(), false);
                }
            } finally {
                open.release();
            }
        }
        tail = new Tail(entries, 0, entryBytes);
    }

    private long fileBytes() throws IOException {
        try {
            return Files.size(file.path());
        } catch (NoSuchFileException none) {
            return 0;
        }
    }

    /** How many leading entries have a value of at most {@code most}; values grow like keys. */
    int entriesUpToValue(int most) throws IOException {
        int low = 0;
        int high = count();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (value(middle) <= most) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The key of an entry. */
    long key(int index) throws IOException {
        return read(index, this::keyAt);
    }

    /** The value of an entry: a position, or a relative offset in a time index. */
    int value(int index) throws IOException {
        return (int) read(index, this::valueAt);
    }

    /**
     * The last entry whose key is at most {@code key}.
     *
     * @return its index, or -1 if all keys are greater
     */
    int floor(long key) throws IOException {
        Tail now = tail;
        int count = now.count();
        if (count > 0 && keyAt(now.entries, 0) <= key) {
            return now.stored + floor(now.entries, count, key);
        }
        return now.stored == 0 ? -1 : floorInFile(now.stored, key);
    }

    private int floor(ByteBuffer entries, int count, long key) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (keyAt(entries, middle * entryBytes) <= key) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    private int floorInFile(int count, long key) throws IOException {
        OpenFile open = file.useToRead();
        if (open == null) {
            throw new RemovedWhileReadException(file);
        }
        ByteBuffer buffer = scratch.borrow();
        try {
            int block = buffer.capacity() / entryBytes / 16;
            int low = 0;
            int high = count;
            // narrow to one block by single entries, then read the block at once
            while (high - low > block) {
                int middle = (low + high) >>> 1;
                load(open, buffer, middle, 1);
                if (keyAt(buffer, 0) <= key) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            load(open, buffer, low, high - low);
            int within = floor(buffer, high - low, key);
            return low + within;
        } finally {
            scratch.release(buffer);
            open.release();
        }
    }

    private void load(OpenFile open, ByteBuffer buffer, int first, int entries) throws IOException {
        buffer.clear().limit(entries * entryBytes);
        int count = DiskFiles.readFully(open.channel(), buffer, (long) first * entryBytes);
        if (count < entries * entryBytes) {
            throw new CorruptFileException(
                    file.path() + " ends before entry " + (first + entries - 1));
        }
        buffer.clear();
    }

    private interface Field {
        long of(ByteBuffer entries, int at);
    }

    private long read(int index, Field field) throws IOException {
        Tail now = tail;
        if (index >= now.stored) {
            return field.of(now.entries, (index - now.stored) * entryBytes);
        }
        OpenFile open = file.useToRead();
        if (open == null) {
            throw new RemovedWhileReadException(file);
        }
        ByteBuffer buffer = scratch.borrow();
        try {
            load(open, buffer, index, 1);
            return field.of(buffer, 0);
        } finally {
            scratch.release(buffer);
            open.release();
        }
    }

    private long keyAt(ByteBuffer entries, int at) {
        return entryBytes == OFFSET_ENTRY_BYTES ? entries.getInt(at) : entries.getLong(at);
    }

    private long valueAt(ByteBuffer entries, int at) {
        return entryBytes == OFFSET_ENTRY_BYTES ? entries.getInt(at + 4) : entries.getInt(at + 8);
    }

    /**
     * How many leading entries are in order and sound.
     *
     * @param mostValue the greatest value that an entry may have
     */
    int soundEntries(long mostKey, int mostValue) throws IOException {
        int stored = tail.stored;
        if (stored == 0) {
            return 0;
        }
        OpenFile open = file.use();
        if (open == null) {
            return 0;
        }
        ByteBuffer buffer = scratch.borrow();
        try {
            int block = buffer.capacity() / entryBytes;
            long lastKey = -1;
            int lastValue = -1;
            for (int first = 0; first < stored; first += block) {
                int entries = Math.min(block, stored - first);
                load(open, buffer, first, entries);
                for (int i = 0; i < entries; i++) {
                    long key = keyAt(buffer, i * entryBytes);
                    int value = (int) valueAt(buffer, i * entryBytes);
                    if (key <= lastKey
                            || key > mostKey
                            || value <= lastValue
                            || value > mostValue) {
                        return first + i;
                    }
                    lastKey = key;
                    lastValue = value;
                }
            }
            return stored;
        } finally {
            scratch.release(buffer);
            open.release();
        }
    }
}
