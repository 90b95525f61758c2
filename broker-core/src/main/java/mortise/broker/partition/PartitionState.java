package mortise.broker.partition;

import java.nio.ByteBuffer;
import java.util.Optional;
import mortise.broker.log.LogWalk;
import mortise.record.BatchIterator;
import mortise.record.RecordBatch;
import mortise.record.RecordBatches;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.Sidecar;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.UnreadableDataException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a log means beyond its bytes, as it stands when the log is opened: producers and leader
 * epochs. Taken from the latest sidecars that can be read, and from the batch headers after them.
 *
 * @param newestSnapshot the offset of the newest snapshot that knows all of its producers, or -1
 * @param replayedBatches how many batches were looked at; 0 after a clean stop
 */
record PartitionState(
        ProducerStates producers, LeaderEpochs epochs, long newestSnapshot, long replayedBatches) {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionState.class);
    private static final int CHUNK_BYTES = 1 << 20;

    /**
     * Reads the state of a log that was just opened. Blocks.
     *
     * @param name the partition, for log lines
     */
    static PartitionState of(
            String name, PartitionLog log, ProducerBounds remembered, long nowMillis) {
        LogBounds bounds = log.bounds();
        LogPosition end = log.end();
        LeaderEpochs epochs = epochs(name, log).upTo(end.offset()).from(bounds.startOffset());
        StoredProducers stored = StoredProducers.of(name, log, bounds, remembered.most());
        PartitionState state = replay(name, log, stored, epochs, end, nowMillis);
        ProducerStates last = stored.lastBatches();
        if (last != null) {
            state.producers().addUnknown(last);
        }
        state.producers().expire(remembered.oldestMillis(nowMillis));
        return state;
    }

    private static LeaderEpochs epochs(String name, PartitionLog log) {
        Optional<Sidecar> sidecar = log.latestSidecar(SidecarKind.LEADER_EPOCHS, Long.MAX_VALUE);
        if (sidecar.isEmpty()) {
            return LeaderEpochs.NONE;
        }
        try {
            return LeaderEpochs.parse(sidecar.get().content());
        } catch (IllegalArgumentException damaged) {
            LOG.warn(
                    "leader epochs of {} are unreadable ({}); they are rebuilt from what is read of the log",
                    name,
                    damaged.getMessage());
            return LeaderEpochs.NONE;
        }
    }

    private static PartitionState replay(
            String name,
            PartitionLog log,
            StoredProducers stored,
            LeaderEpochs before,
            LogPosition end,
            long nowMillis) {
        ProducerStates producers = stored.states();
        LeaderEpochs epochs = before;
        long batches = 0;
        long next = stored.from();
        while (next < end.offset()) {
            ByteBuffer chunk;
            try {
                chunk = read(log, next, end);
            } catch (UnreadableDataException unreadable) {
                next = afterDamage(name, log, next, end, unreadable);
                continue;
            } catch (StorageException refused) {
                next = afterMissing(log, next, refused);
                continue;
            }
            BatchIterator walk = RecordBatches.of(chunk).iterator();
            long began = next;
            while (walk.hasNext()) {
                RecordBatch batch = walk.next();
                if (batch.lastOffset() >= next) {
                    epochs = epochs.begin(batch.leaderEpoch(), batch.baseOffset());
                    if (batch.hasProducerId() && !batch.isControl()) {
                        producers.wrote(batch, nowMillis);
                    }
                    next = batch.nextOffset();
                    batches++;
                }
            }
            if (next == began) {
                break;
            }
        }
        return new PartitionState(producers, epochs, stored.newestPair(), batches);
    }

    /** Where reading goes on behind records that are missing, if those are why it was refused. */
    private static long afterMissing(PartitionLog log, long offset, StorageException refused) {
        return log.missing().stream()
                .filter(range -> refused.reach() == StorageException.Reach.CALL)
                .map(MissingRecords::to)
                .filter(to -> to > offset)
                .findFirst()
                .orElseThrow(() -> refused);
    }

    /**
     * Where reading goes on behind bytes that are damaged, for they stay so, and the rest of the
     * partition is wanted. What a disk does not give may be read later, so that is not passed over:
     * a retry of a producer that is forgotten is written twice.
     */
    private static long afterDamage(
            String name,
            PartitionLog log,
            long offset,
            LogPosition end,
            UnreadableDataException refused) {
        if (!refused.damaged()) {
            throw refused;
        }
        long readable = LogWalk.readableAfter(log, offset, end);
        LOG.error(
                "{}: offsets {} to {} are damaged, so what producers wrote there is not known and"
                        + " their retries of it may be written twice; the partition is served: {}",
                name,
                offset,
                readable - 1,
                refused.getMessage());
        return readable;
    }

    private static ByteBuffer read(PartitionLog log, long offset, LogPosition end) {
        try (LogSlice slice = log.read(offset, end, CHUNK_BYTES, true)) {
            return slice.copy();
        }
    }
}
