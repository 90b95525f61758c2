package mortise.broker.log;

import java.nio.ByteBuffer;
import java.util.Comparator;
import mortise.record.BatchIterator;
import mortise.record.RecordBatch;
import mortise.record.RecordBatches;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.UnreadableDataException;

/** Goes over the batches of an open log in the order of their offsets. Blocks. */
public final class LogWalk {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int NEAR_OFFSETS = 4_096;

    private LogWalk() {}

    /** Hears what is met. */
    public interface Visitor {
        /**
         * A batch, as it was found.
         *
         * @param batch valid during the call
         * @return whether to go on
         */
        boolean batch(RecordBatch batch);

        /**
         * Offsets of which nothing can be read, because they are missing or damaged.
         *
         * @param to the offset after the last
         */
        void unreadable(long from, long to, String why);
    }

    /**
     * Shows everything from an offset on, up to the end that the log has now.
     *
     * @throws StorageException if the store refuses for another reason than damage or loss
     */
    public static void over(PartitionLog log, long from, Visitor visitor) {
        LogPosition end = log.end();
        long next = Math.max(from, log.bounds().startOffset());
        while (next < end.offset()) {
            ByteBuffer chunk;
            try (LogSlice slice = log.read(next, end, CHUNK_BYTES, true)) {
                chunk = slice.copy();
            } catch (UnreadableDataException refused) {
                if (!refused.damaged()) {
                    throw refused;
                }
                long readable = readableAfter(log, next, end);
                visitor.unreadable(next, readable, String.valueOf(refused.getMessage()));
                next = readable;
                continue;
            } catch (StorageException refused) {
                MissingRecords missing = missingAt(log, next, refused);
                visitor.unreadable(Math.max(next, missing.from()), missing.to(), missing.cause());
                next = missing.to();
                continue;
            }
            long began = next;
            BatchIterator batches = RecordBatches.of(chunk).iterator();
            while (batches.hasNext()) {
                RecordBatch batch = batches.next();
                if (batch.lastOffset() >= end.offset()) {
                    visitor.unreadable(
                            next,
                            end.offset(),
                            "a batch there says that it reaches to offset " + batch.lastOffset());
                    return;
                }
                if (batch.lastOffset() >= next) {
                    if (!visitor.batch(batch)) {
                        return;
                    }
                    next = batch.nextOffset();
                }
            }
            if (next == began) {
                if (chunk.hasRemaining()) {
                    visitor.unreadable(next, end.offset(), "what lies there is no batch");
                }
                return;
            }
        }
    }

    /** The range that a refused read was about. */
    private static MissingRecords missingAt(
            PartitionLog log, long offset, StorageException refused) {
        return log.missing().stream()
                .filter(range -> refused.reach() == StorageException.Reach.CALL)
                .filter(range -> range.to() > offset)
                .min(Comparator.comparingLong(MissingRecords::from))
                .orElseThrow(() -> refused);
    }

    /**
     * The first offset behind damage that can be read, or the end. The store does not say how far
     * the damage reaches, so offsets are tried: one after the other as far as damage usually
     * reaches, for what lies between two damaged places is not to be passed over; behind that in
     * growing steps, then the first one before it.
     */
    public static long readableAfter(PartitionLog log, long offset, LogPosition end) {
        long near = Math.min(end.offset(), offset + NEAR_OFFSETS);
        for (long next = offset + 1; next < near; next++) {
            if (isReadable(log, next, end)) {
                return next;
            }
        }
        long damaged = near - 1;
        long readable = end.offset();
        for (long step = 1; step < end.offset() - near; step *= 2) {
            if (isReadable(log, near + step, end)) {
                readable = near + step;
                break;
            }
            damaged = near + step;
        }
        while (readable - damaged > 1) {
            long middle = damaged + (readable - damaged) / 2;
            if (isReadable(log, middle, end)) {
                readable = middle;
            } else {
                damaged = middle;
            }
        }
        return readable;
    }

    private static boolean isReadable(PartitionLog log, long offset, LogPosition end) {
        try (LogSlice _ = log.read(offset, end, 1, true)) {
            return true;
        } catch (UnreadableDataException refused) {
            if (!refused.damaged()) {
                throw refused;
            }
            return false;
        } catch (StorageException missing) {
            if (missing.reach() != StorageException.Reach.CALL) {
                throw missing;
            }
            return true; // what is refused for another reason is no part of the damage
        }
    }
}
