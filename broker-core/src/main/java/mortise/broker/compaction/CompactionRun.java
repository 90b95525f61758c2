package mortise.broker.compaction;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;
import mortise.broker.log.LogWalk;
import mortise.record.BatchIterator;
import mortise.record.CorruptRecordException;
import mortise.record.Record;
import mortise.record.RecordBatch;
import mortise.record.RecordBatches;
import mortise.record.RecordIteration;
import mortise.record.UnsupportedCodecException;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.BatchRewriter;
import mortise.spi.storage.LogCompaction;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.SealedSegment;
import mortise.spi.storage.UnreadableDataException;

/**
 * One compaction of one log: as many new records as the keys' table has room for are read, and then
 * all segments up to there are rewritten. What did not fit is left to the next run. Confined to one
 * virtual thread.
 */
final class CompactionRun {
    private static final int CHUNK_BYTES = 1 << 20;

    private final PartitionLog log;
    private final LogCompaction compaction;
    private final CompactionPlan plan;
    private final Means means;
    private final CompactionCounts counts = new CompactionCounts();
    private final CRC32C checksum = new CRC32C();

    /**
     * What it works with.
     *
     * @param keyBytes the most memory for keys
     * @param random for the hash of the keys
     * @param ended whether the broker stops: then the run is given up
     */
    record Means(
            Opening opening,
            long keyBytes,
            Throttle throttle,
            RandomGenerator random,
            BooleanSupplier ended) {
        /** Holds a run up, or ends it. */
        void pass(int bytes) {
            throttle.pass(bytes, ended);
            if (ended.getAsBoolean()) {
                throw new CancellationException("the broker stops");
            }
        }
    }

    /**
     * What a topic asks for, and what is known of its partition.
     *
     * @param segmentBytes how large a segment may become
     */
    record Wishes(LastBatches producers, long nowMillis, long horizonMillis, int segmentBytes) {}

    CompactionRun(PartitionLog log, LogCompaction compaction, CompactionPlan plan, Means means) {
        this.log = log;
        this.compaction = compaction;
        this.plan = plan;
        this.means = means;
    }

    /** What it met. */
    CompactionCounts counts() {
        return counts;
    }

    /**
     * Does it.
     *
     * @throws CancellationException if the broker stops meanwhile; nothing half done is left
     * @return the offset up to which the log is compacted now
     */
    long run(Wishes wishes) {
        long mostKeys = plan.to() - plan.from();
        long bytes = Math.min(means.keyBytes(), KeyOffsets.bytesFor(mostKeys));
        try (KeyOffsets keys = new KeyOffsets(bytes, new KeyHash(means.random()))) {
            read(keys);
            long end = Math.max(plan.from(), keys.latestOffset() + 1);
            if (!rewrite(keys, end, wishes)) {
                return plan.from();
            }
            compaction.noteCompactedTo(end);
            return end;
        }
    }

    // ---- reading what is new

    private void read(KeyOffsets keys) {
        TransactionFates fates =
                new TransactionFates(log.abortedTransactions(plan.from(), plan.to()));
        long offset = plan.from();
        boolean room = true;
        while (room && offset < plan.to()) {
            try (LogSlice slice = log.read(offset, log.end(), CHUNK_BYTES, true)) {
                means.pass(slice.sizeInBytes());
                BatchIterator batches = RecordBatches.of(slice.copy()).iterator();
                if (!batches.hasNext()) {
                    break;
                }
                while (room && offset < plan.to() && batches.hasNext()) {
                    RecordBatch batch = batches.next();
                    room = batch.lastOffset() < offset || read(batch, keys, fates);
                    offset = batch.nextOffset();
                }
            } catch (UnreadableDataException refused) {
                if (!refused.damaged()) {
                    throw refused;
                }
                // it stays as it is, and its keys take nothing away
                offset = LogWalk.readableAfter(log, offset, log.end());
                keys.noteRead(Math.min(offset, plan.to()) - 1);
            }
        }
        if (room) {
            keys.noteRead(plan.to() - 1);
        }
    }

    /** Notes the keys of a batch; false if there is no room for all of them. */
    private boolean read(RecordBatch batch, KeyOffsets keys, TransactionFates fates) {
        if (!batch.isControl() && !fates.isAborted(batch) && batch.isCrcValid(checksum)) {
            try (RecordIteration records = means.opening().records(batch)) {
                while (records.hasNext()) {
                    if (!read(records.next(), keys)) {
                        return false;
                    }
                }
            } catch (CorruptRecordException | UnsupportedCodecException undecodable) {
                // what of it could be read counts; it stays in the log as it is, as one does whose
                // checksum is wrong
            }
        }
        keys.noteRead(batch.lastOffset());
        return true;
    }

    private boolean read(Record next, KeyOffsets keys) {
        ByteBuffer key = next.key();
        if (key != null && next.offset() >= plan.from() && !keys.put(key, next.offset())) {
            return false;
        }
        keys.noteRead(next.offset());
        return true;
    }

    // ---- rewriting

    /** False if the log was cut meanwhile: the next run looks anew. */
    private boolean rewrite(KeyOffsets keys, long end, Wishes wishes) {
        long start = plan.segments().getFirst().baseOffset();
        List<AbortedTransaction> aborted = log.abortedTransactions(start, plan.to());
        BatchFilter filter =
                new BatchFilter(
                        keys,
                        new TransactionFates(aborted),
                        new BatchFilter.Retained(
                                wishes.producers(), wishes.nowMillis(), wishes.horizonMillis()),
                        means.opening(),
                        counts);
        BatchRewriter throttled =
                batch -> {
                    means.pass(batch.remaining());
                    return filter.rewrite(batch);
                };
        for (List<SealedSegment> group : plan.groups(end, wishes.segmentBytes())) {
            filter.begin(group.getLast().endOffset());
            if (compaction.rewrite(group, throttled).isEmpty()) {
                return false;
            }
        }
        return true;
    }
}
