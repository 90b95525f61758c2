package mortise.broker.partition.api;

import java.nio.ByteBuffer;
import java.util.Optional;
import mortise.broker.partition.LeaderView;
import mortise.broker.partition.Partition;
import mortise.broker.partition.VerifiedTimestamps;
import mortise.broker.partition.VerifiedTimestamps.Stretch;
import mortise.record.Codecs;
import mortise.record.CorruptRecordException;
import mortise.record.RecordBatch;
import mortise.record.RecordBatches;
import mortise.record.RecordTimes;
import mortise.record.UnsupportedCodecException;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.TimestampPosition;
import org.jspecify.annotations.Nullable;

/**
 * Finds records by their timestamps, exactly to the record. Clients write the headers, so none is
 * believed: a look-up answers from what {@link VerifiedTimestamps} knows of the partition, and
 * where that ends {@link #extend} opens more. A batch that cannot be opened counts as if its header
 * spoke for its first record; one that has the time of its append is believed, the broker wrote it.
 *
 * <p>Reads the log, so it is called on virtual threads. Takes the memory of one chunk, or of one
 * batch if that is larger, and of one codec.
 *
 * @param maxDecompressedBytes to how much one batch may unfold
 */
record TimestampLookup(Codecs codecs, long maxDecompressedBytes) {
    private static final int CHUNK_BYTES = 256 << 10;

    /** The outcome of a look. */
    sealed interface Outcome permits Found, Absent {}

    /** A record found. */
    record Found(long offset, long timestamp, int leaderEpoch) implements Outcome {}

    /** No record found. */
    enum Absent implements Outcome {
        /** There is none. */
        NOTHING,
        /** None was found in what has been opened so far. */
        UNSEEN
    }

    /**
     * What is asked of a partition.
     *
     * @param upTo records from here on do not count
     */
    record Question(Partition partition, LeaderView view, LogPosition upTo) {
        VerifiedTimestamps known() {
            return partition.timestamps();
        }
    }

    private record Range(long from, long to) {}

    /** The first record at or after a timestamp. */
    Outcome atOrAfter(Question asked, long timestamp) {
        long start = asked.view().startOffset();
        long end = asked.known().end();
        long upTo = asked.upTo().offset();
        long from = start;
        Stretch stretch = asked.known().atOrAfter(from, timestamp);
        while (stretch != null && stretch.from() < upTo) {
            Range range = new Range(Math.max(from, stretch.from()), Math.min(upTo, stretch.to()));
            Found found = first(asked, range, timestamp, stretch.honest());
            if (found != null) {
                return found;
            }
            from = stretch.to();
            stretch = asked.known().atOrAfter(from, timestamp);
        }
        return Math.max(start, end) < upTo ? Absent.UNSEEN : Absent.NOTHING;
    }

    /**
     * The first record of those with the largest timestamp. As in Apache Kafka, records from before
     * 1970 have none.
     */
    Outcome largest(Question asked) {
        long start = asked.view().startOffset();
        long upTo = asked.upTo().offset();
        VerifiedTimestamps known = asked.known();
        if (start >= upTo) {
            return Absent.NOTHING;
        }
        if (known.end() < upTo) {
            return Absent.UNSEEN;
        }
        Stretch within = known.largestWithin(start, upTo);
        Found best = within == null ? null : largest(asked, new Range(within.from(), within.to()));
        best = better(best, asked, known.around(start), start, upTo);
        best = better(best, asked, known.around(upTo - 1), start, upTo);
        return best == null || best.timestamp() < RecordBatch.NO_TIMESTAMP ? Absent.NOTHING : best;
    }

    /** The better one of a record and of those in a stretch that reaches beyond what is asked. */
    private @Nullable Found better(
            @Nullable Found best, Question asked, @Nullable Stretch edge, long start, long upTo) {
        if (edge == null
                || (edge.from() >= start && edge.to() <= upTo)
                || (best != null && edge.largest() < best.timestamp())) {
            return best;
        }
        Found other =
                largest(asked, new Range(Math.max(start, edge.from()), Math.min(upTo, edge.to())));
        boolean better =
                best == null
                        || (other != null
                                && (other.timestamp() > best.timestamp()
                                        || (other.timestamp() == best.timestamp()
                                                && other.offset() < best.offset())));
        return better ? other : best;
    }

    /**
     * Opens some more of the log.
     *
     * @return how many bytes of it
     */
    int extend(Question asked) {
        long start = asked.view().startOffset();
        long from = Math.max(start, asked.known().end());
        if (from >= asked.upTo().offset()) {
            return 0;
        }
        ByteBuffer chunk = read(asked, from);
        long largest = Long.MIN_VALUE;
        boolean honest = true;
        long next = from;
        for (RecordBatch batch : RecordBatches.of(chunk)) {
            if (batch.lastOffset() >= from) {
                long actual = largest(batch);
                largest = Math.max(largest, actual);
                honest &= actual <= batch.maxTimestamp();
                next = batch.nextOffset();
            }
        }
        if (!chunk.hasRemaining()) {
            next = asked.upTo().offset();
        }
        check(asked, from, next);
        asked.known().add(new Stretch(from, next, largest, honest), start, chunk.limit());
        return chunk.limit();
    }

    private long largest(RecordBatch batch) {
        if (batch.usesLogAppendTime()) {
            return batch.maxTimestamp();
        }
        long largest = Long.MIN_VALUE;
        try (RecordTimes times = RecordTimes.of(batch, codecs, maxDecompressedBytes)) {
            while (times.next()) {
                largest = Math.max(largest, times.timestamp());
            }
            return largest;
        } catch (CorruptRecordException | UnsupportedCodecException undecodable) {
            return batch.maxTimestamp();
        }
    }

    private @Nullable Found first(Question asked, Range range, long timestamp, boolean honest) {
        long next = range.from();
        if (honest) {
            Optional<TimestampPosition> hint = asked.view().log().offsetAtOrAfter(timestamp);
            next = Math.max(next, hint.map(TimestampPosition::baseOffset).orElse(range.to()));
        }
        while (next < range.to()) {
            long from = next;
            for (RecordBatch batch : RecordBatches.of(read(asked, from))) {
                if (batch.lastOffset() < from) {
                    continue;
                }
                Found found =
                        honest && batch.maxTimestamp() < timestamp
                                ? null
                                : first(batch, range, timestamp);
                next = batch.nextOffset();
                if (found != null || next >= range.to()) {
                    return found;
                }
            }
            check(asked, from, next);
        }
        return null;
    }

    private @Nullable Found first(RecordBatch batch, Range range, long timestamp) {
        try (RecordTimes times = RecordTimes.of(batch, codecs, maxDecompressedBytes)) {
            while (times.next()) {
                if (times.timestamp() >= timestamp && times.offset() >= range.from()) {
                    return found(times, batch);
                }
            }
            return null;
        } catch (CorruptRecordException | UnsupportedCodecException undecodable) {
            return batch.maxTimestamp() < timestamp ? null : asTheHeaderSays(batch, range);
        }
    }

    private @Nullable Found largest(Question asked, Range range) {
        Found best = null;
        long next = range.from();
        while (next < range.to()) {
            long from = next;
            for (RecordBatch batch : RecordBatches.of(read(asked, from))) {
                if (batch.lastOffset() < from || batch.baseOffset() >= range.to()) {
                    continue;
                }
                Found found = largest(batch, range);
                if (found != null && (best == null || found.timestamp() > best.timestamp())) {
                    best = found;
                }
                next = batch.nextOffset();
            }
            check(asked, from, next);
        }
        return best;
    }

    private @Nullable Found largest(RecordBatch batch, Range range) {
        Found best = null;
        try (RecordTimes times = RecordTimes.of(batch, codecs, maxDecompressedBytes)) {
            while (times.next()) {
                if (times.offset() >= range.from()
                        && (best == null || times.timestamp() > best.timestamp())) {
                    best = found(times, batch);
                }
            }
            return best;
        } catch (CorruptRecordException | UnsupportedCodecException undecodable) {
            return asTheHeaderSays(batch, range);
        }
    }

    private static Found found(RecordTimes times, RecordBatch batch) {
        return new Found(times.offset(), times.timestamp(), batch.leaderEpoch());
    }

    private static Found asTheHeaderSays(RecordBatch batch, Range range) {
        return new Found(
                Math.max(range.from(), batch.baseOffset()),
                batch.maxTimestamp(),
                batch.leaderEpoch());
    }

    /** A look that does not get on would never end. */
    private static void check(Question asked, long from, long next) {
        if (next == from) {
            throw new StorageException(
                    StorageException.Reach.CALL,
                    "looking through "
                            + asked.partition().name()
                            + " for timestamps: there is no whole batch at offset "
                            + from);
        }
    }

    private static ByteBuffer read(Question asked, long offset) {
        try (LogSlice slice = asked.view().log().read(offset, asked.upTo(), CHUNK_BYTES, true)) {
            return slice.copy();
        }
    }
}
