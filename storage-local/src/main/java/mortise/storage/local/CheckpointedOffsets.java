package mortise.storage.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import mortise.api.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * An offset per partition with a checkpoint file behind it. Thread-safe; callers that want their
 * change durable at the same time share one write.
 */
final class CheckpointedOffsets {
    private final OffsetCheckpoint file;
    private final ReentrantLock writing = new ReentrantLock();
    private final Map<TopicPartition, Long> offsets = new HashMap<>(); // guarded by this
    private long version; // guarded by this
    private long written; // guarded by writing

    CheckpointedOffsets(OffsetCheckpoint file) {
        this.file = file;
    }

    /**
     * Takes what the file holds of those partitions that are there. The others' lines are removed
     * from it: a log that is created under such a name later must not inherit them.
     */
    void load(Set<TopicPartition> present) throws IOException {
        Map<TopicPartition, Long> stored = file.read();
        boolean orphans = stored.keySet().retainAll(present);
        synchronized (this) {
            offsets.clear();
            offsets.putAll(stored);
            version += orphans ? 1 : 0;
        }
        write();
    }

    /** The file behind it. */
    Path path() {
        return file.file();
    }

    /** The offset of a partition, or 0. */
    synchronized long of(TopicPartition partition) {
        return offsets.getOrDefault(partition, 0L);
    }

    /** The offset of a partition, if the file says one. */
    synchronized OptionalLong find(TopicPartition partition) {
        Long offset = offsets.get(partition);
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    /** Changes an offset; {@link #write} makes it durable. */
    synchronized void set(TopicPartition partition, long offset) {
        Long before = offsets.put(partition, offset);
        if (before == null || before != offset) {
            version++;
        }
    }

    /** Changes an offset durably, or not at all. */
    void setDurably(TopicPartition partition, long offset) throws IOException {
        Long before;
        synchronized (this) {
            before = offsets.get(partition);
        }
        set(partition, offset);
        try {
            write();
        } catch (IOException failed) {
            restore(partition, before);
            throw failed;
        }
    }

    private synchronized void restore(TopicPartition partition, @Nullable Long before) {
        if (before == null) {
            offsets.remove(partition);
        } else {
            offsets.put(partition, before);
        }
        version++;
    }

    /** Lowers an offset durably, if it is larger. */
    void lowerDurably(TopicPartition partition, long atMost) throws IOException {
        if (of(partition) > atMost) {
            setDurably(partition, atMost);
        }
    }

    /** Forgets a partition durably; after a failure, calling again tries again. */
    void remove(TopicPartition partition) throws IOException {
        synchronized (this) {
            if (offsets.remove(partition) != null) {
                version++;
            }
        }
        write();
    }

    /** Makes every change before the call durable. */
    void write() throws IOException {
        long wanted;
        synchronized (this) {
            wanted = version;
        }
        writing.lock();
        try {
            if (written >= wanted) {
                return;
            }
            Map<TopicPartition, Long> copy;
            long upTo;
            synchronized (this) {
                copy = new HashMap<>(offsets);
                upTo = version;
            }
            file.write(copy);
            written = upTo;
        } finally {
            writing.unlock();
        }
    }
}
