package mortise.broker.migration;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import mortise.broker.migration.KafkaLog.SegmentFile;
import mortise.record.BatchCheck;
import mortise.record.BatchProblem;
import mortise.record.RecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * The batches of a log of Apache Kafka's, in the order of their offsets, some at a time, each with
 * a checksum that is right. Used once, by one thread.
 *
 * <p>What is wrong below the recovery point was synced and has been damaged since: reading is
 * refused. Above it the log ends there, as it would for Apache Kafka itself.
 */
final class KafkaBatches implements AutoCloseable {
    /** The largest batch that is read; it has to be held in memory. */
    static final int MOST_BATCH_BYTES = 128 << 20;

    /** Whatever a batch adds to it, no offset overflows. */
    private static final long LAST_OFFSET = Long.MAX_VALUE - (1L << 32);

    private static final int CHUNK_BYTES = 1 << 20;
    private static final byte OLD_FORMATS = RecordBatch.MAGIC - 1;

    private final List<SegmentFile> segments;
    private final long recoveryPoint;
    private final CRC32C checksum = new CRC32C();
    private ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES);
    private int index = -1;
    private @Nullable FileChannel channel;
    private long position;
    private long next;
    private @Nullable String cut;

    /**
     * Batches of these segments.
     *
     * @param segments oldest first
     * @param recoveryPoint everything below it was synced
     */
    KafkaBatches(List<SegmentFile> segments, long recoveryPoint) {
        this.segments = List.copyOf(segments);
        this.recoveryPoint = recoveryPoint;
    }

    /**
     * The next batches; they are valid until the next call.
     *
     * @return at least one, or none if there are no more
     * @throws RefusedKafkaDirectoryException if the log is damaged, or of a format that is not read
     */
    List<RecordBatch> next() throws IOException {
        List<RecordBatch> found = new ArrayList<>();
        while (found.isEmpty() && cut == null) {
            FileChannel file = channel;
            if (file == null || position >= segments.get(index).bytes()) {
                if (!openNext()) {
                    break;
                }
                continue;
            }
            buffer.clear();
            fill(file);
            take(file, found);
        }
        return found;
    }

    /** The offset behind everything that was read; of a log that was read whole, its end. */
    long end() {
        return next;
    }

    /** Why the log ends before its files do; null if it does not. */
    @Nullable String cut() {
        return cut;
    }

    private boolean openNext() throws IOException {
        close();
        if (index + 1 >= segments.size()) {
            return false;
        }
        index++;
        position = 0;
        SegmentFile segment = segments.get(index);
        if (segment.bytes() > Integer.MAX_VALUE) {
            throw KafkaDirectory.damaged(
                    segment.file(), "it has " + segment.bytes() + " bytes, which no segment may");
        }
        if (segment.base() < next) {
            bad(
                    "it begins at offset "
                            + segment.base()
                            + ", and the segment before reaches to "
                            + next);
            return false;
        }
        next = segment.base();
        channel = FileChannel.open(segment.file(), StandardOpenOption.READ);
        return true;
    }

    private void fill(FileChannel file) throws IOException {
        long left = segments.get(index).bytes() - position;
        buffer.limit((int) Math.min(buffer.capacity(), left));
        while (buffer.hasRemaining()) {
            if (file.read(buffer, position + buffer.position()) < 0) {
                throw KafkaDirectory.damaged(
                        segments.get(index).file(), "it became shorter while it was read");
            }
        }
        buffer.flip();
    }

    /** Takes the whole batches of the buffer; makes room if the first is larger than that. */
    private void take(FileChannel file, List<RecordBatch> found) throws IOException {
        int at = 0;
        while (cut == null && buffer.limit() - at >= RecordBatch.LENGTH_PREFIX_BYTES) {
            long size = RecordBatch.sizeAt(buffer, at);
            long left = segments.get(index).bytes() - position;
            if (size == RecordBatch.LENGTH_PREFIX_BYTES && isUnwritten(at)) {
                position = segments.get(index).bytes(); // a file that was made in advance
                return;
            }
            if (size < RecordBatch.HEADER_BYTES || size > left) {
                bad("a batch says " + size + " bytes, of which the file has " + left);
                return;
            }
            if (size > MOST_BATCH_BYTES) {
                throw new RefusedKafkaDirectoryException(
                        where()
                                + ": a batch has "
                                + size
                                + " bytes; batches of up to "
                                + MOST_BATCH_BYTES
                                + " can be imported");
            }
            if (size > buffer.limit() - at) {
                if (found.isEmpty()) {
                    buffer = ByteBuffer.allocate(Math.max((int) size, buffer.capacity()));
                    fill(file);
                    at = 0;
                    continue;
                }
                return; // the next call begins with it
            }
            RecordBatch batch = RecordBatch.of(buffer.slice(at, (int) size));
            if (!isSound(batch)) {
                return;
            }
            found.add(batch);
            next = batch.nextOffset();
            at += (int) size;
            position += size;
        }
        if (cut == null && at == 0) {
            bad("its last " + buffer.limit() + " bytes are no batch");
        }
    }

    /** Whether only zeros follow, in a file that nobody has closed. */
    private boolean isUnwritten(int at) {
        if (recoveryPoint == Long.MAX_VALUE || index < segments.size() - 1) {
            return false;
        }
        for (int i = at; i < at + RecordBatch.LENGTH_PREFIX_BYTES; i++) {
            if (buffer.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean isSound(RecordBatch batch) {
        if (batch.magic() >= 0 && batch.magic() <= OLD_FORMATS) {
            throw new RefusedKafkaDirectoryException(
                    where()
                            + ": records are of message format "
                            + batch.magic()
                            + ", which Apache Kafka 4 does not keep either; upgrade that cluster to"
                            + " Apache Kafka 4 first");
        }
        BatchProblem problem = BatchCheck.stored(batch, checksum);
        if (problem != null) {
            return bad(problem.message());
        }
        if (batch.baseOffset() < next || batch.baseOffset() > LAST_OFFSET) {
            return bad(
                    "a batch has offsets "
                            + batch.baseOffset()
                            + " to "
                            + batch.lastOffset()
                            + ", and must begin at or after "
                            + next);
        }
        return true;
    }

    /** Ends the log here, if it may end here. */
    private boolean bad(String why) {
        if (next < recoveryPoint) {
            throw new RefusedKafkaDirectoryException(
                    where()
                            + ": "
                            + why
                            + "; this was written safely once and is damaged: restore the file");
        }
        cut = where() + ": " + why;
        return false;
    }

    private String where() {
        Path file = segments.get(index).file();
        return file + " at byte " + position;
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }
}
