package mortise.broker.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import mortise.broker.log.BatchHeaders;
import mortise.broker.log.LogWalk;
import mortise.broker.log.OpenTransactions;
import mortise.record.CorruptRecordException;
import mortise.record.RecordBatch;
import mortise.record.TransactionMarker;
import mortise.record.UnsupportedCodecException;
import mortise.spi.storage.AbortedTransaction;
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
 * What a log means beyond its bytes, as it stands when the log is opened: producers with their
 * transactions, and leader epochs. Taken from the latest sidecars that can be read, and from the
 * batch headers and markers after them.
 *
 * @param newestSnapshot the offset of the newest snapshot that knows all of its producers, or -1
 * @param replayedBatches how many batches were looked at; 0 after a clean stop
 */
record PartitionState(
        ProducerStates producers,
        LastStable lastStable,
        LeaderEpochs epochs,
        long newestSnapshot,
        long replayedBatches) {
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
        Replay replay =
                new Replay(
                        name, stored.states(), before, StoredProducers.certainTo(log), nowMillis);
        long next = stored.from();
        boolean checked = false;
        boolean whole = true;
        while (next < end.offset()) {
            long reached;
            try (LogSlice chunk = chunk(log, next, end, checked)) {
                reached = replay.over(chunk, next, end.offset());
            } catch (UnreadableDataException unreadable) {
                reached = checked ? afterDamage(name, log, next, end, unreadable) : next;
                whole &= !checked;
            } catch (StorageException refused) {
                reached = checked ? afterMissing(log, next, refused) : next;
                whole &= !checked;
            }
            if (checked && reached == next) {
                break;
            }
            // where the headers alone make no sense the store is to say what is there
            checked = reached == next;
            next = reached;
        }
        replay.restoreAborted(log, whole);
        return new PartitionState(
                replay.producers,
                replay.lastStable(log),
                replay.epochs,
                stored.newestPair(),
                replay.batches);
    }

    private static LogSlice chunk(PartitionLog log, long from, LogPosition end, boolean checked) {
        return checked
                ? log.read(from, end, CHUNK_BYTES, true)
                : log.readHeaders(from, end, CHUNK_BYTES);
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

    /** What batches say, one after the other. */
    private static final class Replay {
        private final String name;
        private final ProducerStates producers;
        private final long certain;
        private final long nowMillis;

        /** The transactions with markers beyond what is certain. */
        private final List<OpenTransactions.Ended> ended = new ArrayList<>();

        private LeaderEpochs epochs;
        private long batches;

        Replay(
                String name,
                ProducerStates producers,
                LeaderEpochs epochs,
                long certain,
                long nowMillis) {
            this.name = name;
            this.producers = producers;
            this.epochs = epochs;
            this.certain = certain;
            this.nowMillis = nowMillis;
        }

        /**
         * Has the store know again which transactions were aborted by markers beyond what is
         * certain: a crash may have taken what it had of those.
         *
         * @param whole whether all that is not certain was read
         */
        void restoreAborted(PartitionLog log, boolean whole) {
            long end = log.end().offset();
            if (certain >= end) {
                return;
            }
            List<AbortedTransaction> kept = List.of();
            boolean readable = true;
            try {
                kept =
                        log.abortedTransactions(certain, end).stream()
                                .filter(one -> one.lastOffset() >= certain)
                                .toList();
            } catch (UnreadableDataException damaged) {
                readable = false; // so the store refuses to tell of that part, whatever it is told
            }
            NavigableMap<Long, AbortedTransaction> told = new TreeMap<>();
            if (!whole) {
                kept.forEach(one -> told.put(one.lastOffset(), one));
            }
            ended.stream()
                    .map(OpenTransactions.Ended::aborted)
                    .filter(Objects::nonNull)
                    .forEach(one -> told.put(one.lastOffset(), one));
            List<AbortedTransaction> all = List.copyOf(told.values());
            if (log.abortedKnownTo() < end) {
                log.restoreAborted(certain, all);
            }
            if (!readable || !all.equals(kept)) {
                LOG.info(
                        "{}: of the transactions aborted from offset {} on {} were kept, and the"
                                + " log has {}: they are kept again",
                        name,
                        certain,
                        kept.size(),
                        all.size());
            }
        }

        LastStable lastStable(PartitionLog log) {
            List<Long> open = new ArrayList<>();
            producers.transactions().forEach((producerId, first) -> open.add(first));
            return new LastStable(
                    log,
                    open,
                    ended.stream()
                            .map(one -> new LastStable.Ended(one.firstOffset(), one.markerOffset()))
                            .toList());
        }

        /**
         * Goes over the batches from an offset on, as long as each is followed by one of larger
         * offsets, or by the end of the log; the last of a chunk is left to the next one.
         *
         * @return the offset behind those that were gone over
         */
        long over(LogSlice chunk, long from, long end) {
            BatchHeaders headers = new BatchHeaders(chunk);
            long next = from;
            RecordBatch batch = headers.next();
            boolean alone = true;
            while (batch != null && batch.lastOffset() < end) {
                RecordBatch whole = batch.isControl() ? headers.whole() : batch;
                RecordBatch follower = headers.next();
                boolean last = follower == null && (alone || batch.nextOffset() == end);
                boolean inOrder = follower != null && follower.baseOffset() > batch.lastOffset();
                if (!last && !inOrder) {
                    break;
                }
                if (batch.lastOffset() >= next) {
                    if (!wrote(batch, whole)) {
                        break;
                    }
                    next = batch.nextOffset();
                }
                alone = false;
                batch = follower;
            }
            return next;
        }

        /** Takes a batch; false for one that makes no sense. */
        private boolean wrote(RecordBatch batch, RecordBatch whole) {
            if (batch.isControl()) {
                if (!whole.isCrcValid()) {
                    return false;
                }
                marked(whole);
            } else if (batch.hasProducerId()) {
                producers.wrote(batch, nowMillis);
            }
            epochs = epochs.begin(batch.leaderEpoch(), batch.baseOffset());
            batches++;
            return true;
        }

        private void marked(RecordBatch batch) {
            TransactionMarker marker;
            try {
                marker = OpenTransactions.marker(batch);
            } catch (CorruptRecordException | UnsupportedCodecException strange) {
                LOG.warn(
                        "{}: the control batch at offset {} is no marker that can be read: {}",
                        name,
                        batch.baseOffset(),
                        strange.getMessage());
                return;
            }
            if (marker == null) {
                return;
            }
            OpenTransactions.Ended transaction = producers.ended(batch, marker, nowMillis);
            if (transaction != null && transaction.markerOffset() >= certain) {
                ended.add(transaction);
            }
        }
    }
}
