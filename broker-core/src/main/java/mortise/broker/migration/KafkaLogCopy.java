package mortise.broker.migration;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mortise.broker.log.CopiedBatches;
import mortise.broker.log.OpenTransactions;
import mortise.broker.migration.KafkaLog.SegmentFile;
import mortise.broker.partition.FilledLog;
import mortise.record.CorruptRecordException;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.record.TransactionMarker;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.PartitionLog;
import org.jspecify.annotations.Nullable;

/**
 * Puts the batches of a log of Apache Kafka's into a new log of the store, byte for byte and at
 * their offsets, with the transactions that they abort, and what is known of producers. What is
 * still open at the end is aborted there, as Apache Kafka's coordinator would once its time is up,
 * for nobody else will. Used once.
 */
public final class KafkaLogCopy {
    /** So many bytes are appended at once, or one batch. */
    private static final int MOST_BYTES = 1 << 20;

    /** So far apart offsets may be that are appended at once. */
    private static final long MOST_OFFSETS = 1 << 30;

    private final KafkaLog source;
    private final PartitionLog target;
    private final LogSettings settings;
    private final FilledLog.Means means;
    private final OpenTransactions transactions = new OpenTransactions();

    /** The latest epoch of each producer that has a transaction open. */
    private final Map<Long, Short> epochs = new HashMap<>();

    private final CopiedBatches pending = new CopiedBatches();
    private boolean begun;
    private int newestEpoch = RecordBatch.NO_LEADER_EPOCH;
    private long batches;
    private long bytes;
    private long abortedTransactions;
    private long largestProducerId = RecordBatch.NO_PRODUCER_ID;

    /**
     * What became of it.
     *
     * @param bounds what the log holds now
     * @param bytes of the batches
     * @param newestEpoch the largest leader epoch of a batch, or -1
     * @param largestProducerId of a batch, or -1
     * @param cut why the log ends before its files do; null if it does not
     */
    public record Outcome(
            LogBounds bounds,
            long batches,
            long bytes,
            int newestEpoch,
            long largestProducerId,
            @Nullable String cut,
            Transactions transactions) {}

    /**
     * The transactions of a log.
     *
     * @param aborted how many were aborted
     * @param open how many had no end in the log, and have one now
     * @param firstOpen the offset at which the first of these begins, or -1
     */
    public record Transactions(long aborted, int open, long firstOpen) {}

    private KafkaLogCopy(
            KafkaLog source, PartitionLog target, LogSettings settings, FilledLog.Means means) {
        this.source = source;
        this.target = target;
        this.settings = settings;
        this.means = means;
    }

    /**
     * Copies; everything is durable when this returns.
     *
     * @param target new and empty
     * @param settings of the target
     * @throws RefusedKafkaDirectoryException if the source is damaged
     * @throws mortise.spi.storage.StorageException if the store refuses
     */
    public static Outcome copy(
            KafkaLog source, PartitionLog target, LogSettings settings, FilledLog.Means means) {
        try {
            return new KafkaLogCopy(source, target, settings, means).copy();
        } catch (IOException failure) {
            throw KafkaDirectory.unreadable(source.directory(), failure);
        } catch (CorruptRecordException unreadable) {
            throw KafkaDirectory.damaged(
                    source.directory(),
                    "the marker of a transaction cannot be read: " + unreadable.getMessage());
        }
    }

    private Outcome copy() throws IOException {
        List<SegmentFile> segments = source.segments();
        long first = segments.isEmpty() ? 0 : segments.getFirst().base();
        long start = Math.max(first, source.startOffset());
        long end;
        String cut;
        try (KafkaBatches walk =
                new KafkaBatches(served(segments, start), source.recoveryPoint())) {
            List<RecordBatch> some = walk.next();
            while (!some.isEmpty()) {
                for (RecordBatch batch : some) {
                    take(batch, start);
                }
                append(); // the batches are gone after this
                some = walk.next();
            }
            end = walk.end();
            cut = walk.cut();
        }
        if (start > end) {
            throw KafkaDirectory.damaged(
                    source.directory(),
                    "it is to start at offset "
                            + start
                            + " (log-start-offset-checkpoint), and its records end at "
                            + end);
        }
        begin(end);
        holdEnd(end);
        int open = transactions.count();
        long firstOpen = transactions.first();
        abortOpen();
        if (start > target.bounds().startOffset()) {
            target.advanceStart(Math.min(start, target.end().offset()));
        }
        keep();
        return new Outcome(
                target.bounds(),
                batches,
                bytes,
                newestEpoch,
                largestProducerId,
                cut,
                new Transactions(abortedTransactions, open, firstOpen));
    }

    /** The segments that reach beyond an offset. */
    private static List<SegmentFile> served(List<SegmentFile> segments, long start) {
        int from = 0;
        while (from + 1 < segments.size() && segments.get(from + 1).base() <= start) {
            from++;
        }
        return segments.subList(from, segments.size());
    }

    private void take(RecordBatch batch, long start) {
        OpenTransactions.Ended ended = transactions.take(batch);
        if (transactions.has(batch.producerId())) {
            epochs.put(batch.producerId(), batch.producerEpoch());
        } else {
            epochs.remove(batch.producerId());
        }
        AbortedTransaction aborted = ended == null ? null : ended.aborted();
        if (batch.lastOffset() < start) {
            return;
        }
        if (pending.count() > 0
                && (pending.sizeInBytes() + (long) batch.sizeInBytes() > mostBytes()
                        || batch.lastOffset() - pending.baseOffset(0) > MOST_OFFSETS)) {
            append();
        }
        begin(Math.min(start, batch.baseOffset()));
        newestEpoch = Math.max(newestEpoch, batch.leaderEpoch());
        largestProducerId = Math.max(largestProducerId, batch.producerId());
        batches++;
        bytes += batch.sizeInBytes();
        abortedTransactions += aborted == null ? 0 : 1;
        pending.add(batch, aborted);
    }

    private int mostBytes() {
        return Math.min(MOST_BYTES, settings.segmentBytes());
    }

    /** Has the log begin at an offset, unless it has begun. */
    private void begin(long offset) {
        if (!begun && offset != target.end().offset()) {
            target.reset(offset);
        }
        begun = true;
    }

    private void append() {
        if (pending.count() > 0) {
            target.rollIfNeeded(
                    pending.sizeInBytes(), pending.largestTimestamp(), means.nowMillis());
            target.append(pending);
            pending.clear();
        }
    }

    /**
     * A batch without records holds the end of a log whose last records were compacted away, as
     * Apache Kafka keeps one itself while the producer's last batch is to be known.
     */
    private void holdEnd(long end) {
        if (target.end().offset() >= end) {
            return;
        }
        try (RecordBatchBuilder empty = RecordBatchBuilder.growing(RecordBatch.HEADER_BYTES)) {
            RecordBatch batch =
                    empty.baseOffset(end - 1)
                            .leaderEpoch(Math.max(newestEpoch, 0))
                            .retainLastOffset(end - 1)
                            .build();
            pending.add(batch, null);
            append();
        }
    }

    private void abortOpen() {
        List<Long> producers = new ArrayList<>();
        transactions.forEach((producer, first) -> producers.add(producer));
        for (long producer : producers) {
            try (RecordBatchBuilder marker =
                    RecordBatchBuilder.growing(2 * RecordBatch.HEADER_BYTES)) {
                RecordBatch batch =
                        marker.baseOffset(target.end().offset())
                                .leaderEpoch(Math.max(newestEpoch, 0))
                                .producer(
                                        producer,
                                        epochs.getOrDefault(producer, (short) 0),
                                        RecordBatch.NO_SEQUENCE)
                                .transactional()
                                .control()
                                .append(means.nowMillis(), new TransactionMarker(false, 0))
                                .build();
                OpenTransactions.Ended ended = transactions.take(batch);
                pending.add(batch, ended == null ? null : ended.aborted());
                append();
            }
        }
    }

    private void keep() {
        target.sync();
        ByteBuffer snapshot =
                source.snapshot(target.bounds().startOffset(), target.end().offset()).orElse(null);
        try {
            FilledLog.keep(source.partition().toString(), target, snapshot, means);
        } catch (IllegalArgumentException damaged) {
            throw KafkaDirectory.damaged(
                    source.directory(),
                    "the newest snapshot of producers cannot be read: " + damaged.getMessage());
        }
        target.sync();
    }
}
