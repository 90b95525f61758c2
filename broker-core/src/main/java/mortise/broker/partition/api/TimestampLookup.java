package mortise.broker.partition.api;

import java.nio.ByteBuffer;
import java.util.Optional;
import mortise.broker.partition.LeaderView;
import mortise.record.Codecs;
import mortise.record.CorruptRecordException;
import mortise.record.Record;
import mortise.record.RecordBatch;
import mortise.record.RecordBatches;
import mortise.record.RecordIteration;
import mortise.record.UnsupportedCodecException;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.TimestampPosition;
import org.jspecify.annotations.Nullable;

/**
 * Finds records by their timestamps, exactly to the record: the store finds a batch by its header,
 * and the batch is opened. Headers may lie and batches may be undecodable, because clients wrote
 * them: a batch without the promised record is passed over, one that cannot be opened counts as if
 * its header spoke for its first record.
 *
 * <p>Blocks; called on virtual threads.
 *
 * @param scanBytes how far it reads on behind headers that lied
 * @param maxDecompressedBytes to how much one batch may unfold
 */
record TimestampLookup(Codecs codecs, int scanBytes, long maxDecompressedBytes) {
    private static final int CHUNK_BYTES = 64 << 10;

    /** A record found. */
    record Found(long offset, long timestamp, int leaderEpoch) {}

    /** The first readable record at or after a timestamp; nothing if all are older. */
    Optional<Found> atOrAfter(LeaderView view, LogPosition upTo, long timestamp) {
        Optional<TimestampPosition> hint = view.log().offsetAtOrAfter(timestamp);
        if (hint.isEmpty()) {
            return Optional.empty();
        }
        long start = view.startOffset();
        long next = Math.max(start, hint.get().baseOffset());
        long left = scanBytes;
        while (next < upTo.offset() && left > 0) {
            ByteBuffer chunk = read(view, next, upTo, CHUNK_BYTES);
            long began = next;
            for (RecordBatch batch : RecordBatches.of(chunk)) {
                if (batch.lastOffset() < next) {
                    continue;
                }
                Found found =
                        batch.maxTimestamp() < timestamp ? null : first(batch, timestamp, start);
                if (found != null) {
                    return Optional.of(found).filter(record -> record.offset() < upTo.offset());
                }
                next = batch.nextOffset();
            }
            if (next == began) {
                return Optional.empty();
            }
            left -= chunk.limit();
        }
        // Everything below next is older, so whoever reads from there misses nothing.
        return next < upTo.offset()
                ? Optional.of(new Found(next, timestamp, view.epochs().epochAt(next)))
                : Optional.empty();
    }

    /** The first record of those with the largest timestamp; nothing if the log is empty. */
    Optional<Found> largest(LeaderView view, LogPosition upTo) {
        Optional<TimestampPosition> hint = view.log().largestTimestamp();
        if (hint.isEmpty() || hint.get().baseOffset() >= upTo.offset()) {
            return Optional.empty();
        }
        long at = Math.max(view.startOffset(), hint.get().baseOffset());
        for (RecordBatch batch : RecordBatches.of(read(view, at, upTo, 1))) {
            if (batch.lastOffset() >= at) {
                return Optional.of(largest(batch, view.startOffset()));
            }
        }
        return Optional.empty();
    }

    private @Nullable Found first(RecordBatch batch, long timestamp, long start) {
        try (RecordIteration records = batch.records(codecs, maxDecompressedBytes)) {
            while (records.hasNext()) {
                Record record = records.next();
                if (record.timestamp() >= timestamp && record.offset() >= start) {
                    return found(record, batch);
                }
            }
            return null;
        } catch (CorruptRecordException | UnsupportedCodecException undecodable) {
            return asTheHeaderSays(batch, start);
        }
    }

    private Found largest(RecordBatch batch, long start) {
        Record best = null;
        try (RecordIteration records = batch.records(codecs, maxDecompressedBytes)) {
            while (records.hasNext()) {
                Record record = records.next();
                if (record.offset() >= start
                        && (best == null || record.timestamp() > best.timestamp())) {
                    best = record;
                }
            }
        } catch (CorruptRecordException | UnsupportedCodecException undecodable) {
            return asTheHeaderSays(batch, start);
        }
        return best == null ? asTheHeaderSays(batch, start) : found(best, batch);
    }

    private static Found found(Record record, RecordBatch batch) {
        return new Found(record.offset(), record.timestamp(), batch.leaderEpoch());
    }

    private static Found asTheHeaderSays(RecordBatch batch, long start) {
        return new Found(
                Math.max(start, batch.baseOffset()), batch.maxTimestamp(), batch.leaderEpoch());
    }

    private static ByteBuffer read(LeaderView view, long offset, LogPosition upTo, int bytes) {
        try (LogSlice slice = view.log().read(offset, upTo, bytes, true)) {
            ByteBuffer copy = ByteBuffer.allocate(slice.sizeInBytes());
            int at = 0;
            while (copy.hasRemaining()) {
                int copied = slice.copyTo(at, copy);
                if (copied <= 0) {
                    break;
                }
                at += copied;
            }
            return copy.flip();
        }
    }
}
