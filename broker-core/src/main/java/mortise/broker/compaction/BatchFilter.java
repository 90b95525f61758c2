package mortise.broker.compaction;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import mortise.record.Codec;
import mortise.record.CorruptRecordException;
import mortise.record.Record;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.record.RecordIteration;
import mortise.record.TransactionMarker;
import mortise.record.UnsupportedCodecException;
import mortise.spi.storage.BatchRewriter;
import org.jspecify.annotations.Nullable;

/**
 * What compaction leaves of a batch. A record stays if no later one has its key; a tombstone and a
 * marker besides only until their delete horizon, which is set when they first come through here
 * (KIP-534); a record of an aborted transaction, or without a key, goes. A batch that cannot be
 * opened, or whose checksum is wrong, stays as it is. Of a batch that must not go, such as a
 * producer's last, the header stays. Confined to one thread; batches come in the order of offsets,
 * from the begin of the log.
 */
final class BatchFilter implements BatchRewriter {
    private final KeyOffsets keys;
    private final TransactionFates fates;
    private final Retained retained;
    private final Opening opening;
    private final CompactionCounts counts;
    private final CRC32C checksum = new CRC32C();
    private long end;

    /**
     * What stays beyond the keys' last records.
     *
     * @param producers the last batches of producers that are remembered
     * @param nowMillis the wall clock
     * @param horizonMillis how long tombstones and markers stay
     */
    record Retained(LastBatches producers, long nowMillis, long horizonMillis) {}

    BatchFilter(
            KeyOffsets keys,
            TransactionFates fates,
            Retained retained,
            Opening opening,
            CompactionCounts counts) {
        this.keys = keys;
        this.fates = fates;
        this.retained = retained;
        this.opening = opening;
        this.counts = counts;
    }

    /** The next batches become a segment that ends at an offset: the one before it stays. */
    void begin(long segmentEnd) {
        end = segmentEnd;
    }

    @Override
    public @Nullable ByteBuffer rewrite(ByteBuffer bytes) {
        RecordBatch batch = RecordBatch.of(bytes);
        counts.read(batch);
        ByteBuffer left = left(batch);
        counts.kept(left);
        return left;
    }

    private @Nullable ByteBuffer left(RecordBatch batch) {
        if (!batch.isCrcValid(checksum)) {
            // it must not get a fresh one, and its keys may be anybody's
            fates.stays(batch);
            counts.undecodable(batch, "its checksum is wrong");
            return batch.buffer();
        }
        try {
            return batch.isControl() ? marker(batch) : data(batch);
        } catch (CorruptRecordException | UnsupportedCodecException undecodable) {
            counts.undecodable(batch, String.valueOf(undecodable.getMessage()));
            return batch.buffer();
        }
    }

    private @Nullable ByteBuffer marker(RecordBatch batch) {
        if (batch.recordCount() == 0) {
            return header(batch);
        }
        TransactionMarker marker = null;
        List<Record> records = new ArrayList<>();
        try (RecordIteration all = opening.records(batch)) {
            while (all.hasNext()) {
                Record control = all.next();
                records.add(control);
                marker = marker == null ? TransactionMarker.find(control) : marker;
            }
        }
        boolean forNothing = fates.isForNothing(batch, marker);
        if (forNothing && isOverdue(batch)) {
            return header(batch);
        }
        return forNothing && !batch.hasDeleteHorizon()
                ? rebuilt(batch, records, retained.nowMillis + retained.horizonMillis)
                : batch.buffer();
    }

    private boolean isOverdue(RecordBatch batch) {
        return batch.hasDeleteHorizon() && batch.baseTimestamp() <= retained.nowMillis;
    }

    private @Nullable ByteBuffer data(RecordBatch batch) {
        if (fates.isAborted(batch)) {
            return header(batch);
        }
        if (batch.recordCount() == 0) {
            return header(batch);
        }
        List<Record> stay = new ArrayList<>();
        boolean tombstones = false;
        int records = 0;
        boolean overdue = isOverdue(batch);
        try (RecordIteration all = opening.records(batch)) {
            while (all.hasNext()) {
                Record next = all.next();
                records++;
                if (stays(next, overdue)) {
                    stay.add(next);
                    tombstones |= next.value() == null;
                }
            }
        }
        if (stay.isEmpty()) {
            return header(batch);
        }
        boolean newHorizon =
                tombstones
                        && !batch.hasDeleteHorizon()
                        && batch.lastOffset() <= keys.latestOffset();
        if (stay.size() == records && !newHorizon) {
            return batch.buffer();
        }
        return rebuilt(
                batch,
                stay,
                newHorizon
                        ? retained.nowMillis + retained.horizonMillis
                        : batch.hasDeleteHorizon() ? batch.baseTimestamp() : -1);
    }

    private boolean stays(Record next, boolean overdue) {
        if (next.offset() > keys.latestOffset()) {
            return true;
        }
        ByteBuffer key = next.key();
        if (key == null) {
            counts.keyless();
            return false;
        }
        return next.offset() >= keys.offset(key) && (next.value() != null || !overdue);
    }

    /** A batch of which no record stays: nothing of it, or its header if somebody needs that. */
    private @Nullable ByteBuffer header(RecordBatch batch) {
        if (!retained.producers.holds(batch) && batch.nextOffset() != end) {
            return null;
        }
        if (batch.recordCount() == 0) {
            return batch.buffer();
        }
        return like(batch, RecordBatchBuilder.growing(RecordBatch.HEADER_BYTES), -1)
                .maxTimestamp(batch.maxTimestamp())
                .build()
                .buffer();
    }

    private ByteBuffer rebuilt(RecordBatch batch, List<Record> records, long horizon) {
        try (RecordBatchBuilder builder =
                like(batch, RecordBatchBuilder.growing(batch.sizeInBytes()), horizon)) {
            Codec codec = opening.codec(batch);
            if (codec != null) {
                builder.codec(codec);
            }
            records.forEach(builder::append);
            return builder.build().buffer();
        }
    }

    /** A builder with a batch's place, producer and kind. */
    private static RecordBatchBuilder like(
            RecordBatch batch, RecordBatchBuilder builder, long horizon) {
        builder.baseOffset(batch.baseOffset())
                .leaderEpoch(batch.leaderEpoch())
                .producer(batch.producerId(), batch.producerEpoch(), batch.baseSequence())
                .retainLastOffset(batch.lastOffset());
        if (batch.isTransactional()) {
            builder.transactional();
        }
        if (batch.isControl()) {
            builder.control();
        }
        if (batch.usesLogAppendTime()) {
            builder.logAppendTime(batch.maxTimestamp());
        }
        if (horizon >= 0) {
            builder.deleteHorizon(horizon);
        }
        return builder;
    }
}
