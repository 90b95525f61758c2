package mortise.broker.partition;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import mortise.api.config.Config;
import mortise.broker.log.LogWalk;
import mortise.broker.log.OpenTransactions;
import mortise.record.Codecs;
import mortise.record.CorruptRecordException;
import mortise.record.Record;
import mortise.record.RecordBatch;
import mortise.record.RecordIteration;
import mortise.record.TransactionMarker;
import mortise.record.UnsupportedCodecException;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.Sidecar;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.TimestampPosition;
import mortise.spi.storage.UnreadableDataException;
import org.jspecify.annotations.Nullable;

/**
 * Holds a whole log to what it should be: checksums, order of offsets and leader epochs, records
 * that can be opened, look-ups by offset and by timestamp that find what is there, and leader
 * epochs, producers and aborted transactions kept beside the log that agree with its batches.
 * Blocks; confined to one thread.
 */
public final class LogExamination {
    private static final int MOST_PROBLEMS = 100;

    /** Look-ups are tried once in so many bytes: as often as Kafka's indexes have entries. */
    private static final int LOOK_UP_BYTES = 4_096;

    private final String name;
    private final PartitionLog log;
    private final Means means;
    private final CRC32C checksum = new CRC32C();
    private final List<String> problems = new ArrayList<>();
    private long furtherProblems;
    private long batches;
    private long records;
    private long bytes;

    // of the walk
    private long next;
    private int epoch = LeaderEpochs.NO_EPOCH;
    private long latestTimestamp = -1;
    private long bytesSinceLookUp = LOOK_UP_BYTES;
    private final List<String> hinderedLookUps = new ArrayList<>();
    private boolean damageNamed;
    private final Epochs epochs;
    private final Producers producers;
    private final Aborted aborted;

    /**
     * What it works with.
     *
     * @param maxDecompressedBytes to how many bytes a batch may open
     * @param producersMax how many producers are remembered
     */
    public record Means(Codecs codecs, long maxDecompressedBytes, int producersMax) {
        /** What a broker of this configuration works with. */
        public static Means of(Config config, Codecs codecs) {
            return new Means(
                    codecs,
                    config.get(PartitionSettings.MAX_DECOMPRESSED_BYTES).bytes(),
                    config.get(PartitionSettings.PRODUCERS_MAX));
        }
    }

    /**
     * What was found.
     *
     * @param bytes of the batches that could be read
     * @param problems one sentence each, in the order of offsets
     * @param furtherProblems how many more there were
     */
    public record Findings(
            long startOffset,
            long endOffset,
            long batches,
            long records,
            long bytes,
            List<String> problems,
            long furtherProblems) {
        public Findings {
            problems = List.copyOf(problems);
        }
    }

    private LogExamination(String name, PartitionLog log, Means means) {
        this.name = name;
        this.log = log;
        this.means = means;
        this.epochs = new Epochs();
        this.producers = new Producers();
        this.aborted = new Aborted();
    }

    /**
     * Examines an open log that nobody writes to.
     *
     * @param name the partition, for log lines
     */
    public static Findings of(String name, PartitionLog log, Means means) {
        return new LogExamination(name, log, means).findings();
    }

    private Findings findings() {
        next = log.bounds().startOffset();
        LogWalk.over(
                log,
                next,
                new LogWalk.Visitor() {
                    @Override
                    public boolean batch(RecordBatch batch) {
                        examine(batch);
                        return true;
                    }

                    @Override
                    public void unreadable(long from, long to, String why) {
                        problem("offsets " + from + " to " + (to - 1) + ": " + why);
                        producers.incomplete = true;
                        damageNamed = true;
                        // the first batch that is read again may begin before the offset asked for
                        next = from;
                    }
                });
        producers.compareAt(log.end().offset());
        aborted.compare();
        if (!damageNamed) {
            hinderedLookUps.forEach(this::problem);
        }
        return new Findings(
                log.bounds().startOffset(),
                log.bounds().endOffset(),
                batches,
                records,
                bytes,
                problems,
                furtherProblems);
    }

    private void problem(String what) {
        if (problems.size() < MOST_PROBLEMS) {
            problems.add(what);
        } else {
            furtherProblems++;
        }
    }

    private static String at(RecordBatch batch) {
        return "the batch of offsets " + batch.baseOffset() + " to " + batch.lastOffset();
    }

    private void examine(RecordBatch batch) {
        batches++;
        bytes += batch.sizeInBytes();
        if (!batch.isCrcValid(checksum)) {
            problem(at(batch) + " has a wrong checksum");
            producers.incomplete = true;
            next = batch.nextOffset();
            return;
        }
        boolean reachesIn = batch.baseOffset() < log.bounds().startOffset();
        if (batch.baseOffset() < next && !reachesIn) {
            problem(at(batch) + " begins below " + next + ", where the one before it ends");
        }
        if (batch.leaderEpoch() < epoch) {
            problem(
                    at(batch)
                            + " is of leader epoch "
                            + batch.leaderEpoch()
                            + ", the one before it of "
                            + epoch);
        }
        epoch = Math.max(epoch, batch.leaderEpoch());
        epochs.compare(batch);
        open(batch);
        if (!reachesIn) {
            lookUp(batch);
        }
        producers.compareAt(batch.baseOffset());
        producers.note(batch);
        next = batch.nextOffset();
    }

    private void open(RecordBatch batch) {
        long before = batch.baseOffset() - 1;
        try (RecordIteration all = batch.records(means.codecs, means.maxDecompressedBytes)) {
            while (all.hasNext()) {
                Record one = all.next();
                records++;
                if (one.offset() <= before || one.offset() > batch.lastOffset()) {
                    problem(
                            at(batch)
                                    + " has a record of offset "
                                    + one.offset()
                                    + " behind that of "
                                    + before);
                }
                before = one.offset();
            }
        } catch (CorruptRecordException | UnsupportedCodecException cannot) {
            problem(at(batch) + " cannot be opened: " + cannot.getMessage());
        }
    }

    // ---- look-ups

    private void lookUp(RecordBatch batch) {
        bytesSinceLookUp += batch.sizeInBytes();
        if (bytesSinceLookUp < LOOK_UP_BYTES) {
            return;
        }
        bytesSinceLookUp = 0;
        try {
            byOffset(batch);
            if (batch.maxTimestamp() > latestTimestamp) {
                byTimestamp(batch);
                latestTimestamp = batch.maxTimestamp();
            }
        } catch (UnreadableDataException met) {
            // on its way it came to what is damaged, which the walk says by its offsets
            if (hinderedLookUps.size() < MOST_PROBLEMS) {
                hinderedLookUps.add("looking for " + at(batch) + ": " + met.getMessage());
            }
        }
    }

    private void byOffset(RecordBatch batch) {
        try (LogSlice slice =
                log.read(batch.lastOffset(), log.end(), RecordBatch.HEADER_BYTES, false)) {
            ByteBuffer found = slice.copy();
            if (found.remaining() < Long.BYTES
                    || found.getLong(found.position()) != batch.baseOffset()) {
                problem("looking for offset " + batch.lastOffset() + " does not find " + at(batch));
            }
        }
    }

    private void byTimestamp(RecordBatch batch) {
        Optional<TimestampPosition> found = log.offsetAtOrAfter(batch.maxTimestamp());
        // one of those since the last look-up may have it too
        if (found.isEmpty() || found.get().baseOffset() > batch.baseOffset()) {
            problem(
                    "looking for timestamp "
                            + batch.maxTimestamp()
                            + " does not find "
                            + at(batch));
        }
    }

    // ---- what is kept beside the log

    /** Leader epochs: what was kept knows everything below the offset at which it was. */
    private final class Epochs {
        private LeaderEpochs kept = LeaderEpochs.NONE;
        private long knownTo;

        Epochs() {
            Optional<Sidecar> sidecar =
                    log.latestSidecar(SidecarKind.LEADER_EPOCHS, Long.MAX_VALUE);
            if (sidecar.isPresent()) {
                try {
                    kept = LeaderEpochs.parse(sidecar.get().content());
                    knownTo = sidecar.get().offset();
                } catch (IllegalArgumentException unsound) {
                    problem("the leader epochs cannot be read: " + unsound.getMessage());
                }
            }
        }

        void compare(RecordBatch batch) {
            int says = kept.epochAt(batch.baseOffset());
            if (batch.baseOffset() < knownTo
                    && says != LeaderEpochs.NO_EPOCH
                    && says != batch.leaderEpoch()) {
                problem(
                        at(batch)
                                + " is of leader epoch "
                                + batch.leaderEpoch()
                                + ", the epochs kept beside the log say "
                                + says);
            }
        }
    }

    /** Producers, as their batches tell and as the newest snapshot has them. */
    private final class Producers {
        private final ProducerStates told = new ProducerStates(means.producersMax);
        private final StoredProducers kept =
                StoredProducers.of(name, log, log.bounds(), means.producersMax);
        private boolean compared;
        private boolean incomplete;

        void note(RecordBatch batch) {
            if (batch.isControl()) {
                marked(batch);
            } else if (batch.hasProducerId()) {
                told.wrote(batch, batch.maxTimestamp());
            }
        }

        private void marked(RecordBatch batch) {
            TransactionMarker marker;
            try {
                marker = OpenTransactions.marker(batch);
            } catch (CorruptRecordException | UnsupportedCodecException named) {
                return; // when it was opened
            }
            if (marker != null) {
                OpenTransactions.Ended ended = told.ended(batch, marker, batch.maxTimestamp());
                if (!marker.committed()) {
                    aborted.marker(batch, ended);
                }
            }
        }

        /** Compares once all batches below the snapshot have been seen, those known to both. */
        void compareAt(long offset) {
            if (compared || offset < kept.from()) {
                return;
            }
            compared = true;
            if (incomplete) {
                return; // it may know what can be read no more
            }
            told.forEach(producer -> {
                ProducerEntry other = kept.states().find(producer.producerId);
                if (other != null
                        && other.epoch() == producer.epoch()
                        && (other.lastSequence() != producer.lastSequence()
                                || other.lastOffset() != producer.lastOffset())) {
                    problem(
                            "producer "
                                    + producer.producerId
                                    + " wrote sequence "
                                    + producer.lastSequence()
                                    + " at offset "
                                    + producer.lastOffset()
                                    + ", the snapshot of offset "
                                    + kept.from()
                                    + " says "
                                    + other.lastSequence()
                                    + " at "
                                    + other.lastOffset());
                }
            });
            compareOpen();
        }

        /** What is open is open for both; compaction may have taken the first of its batches. */
        private void compareOpen() {
            told.transactions()
                    .forEach((producer, first) -> {
                        long keptFirst = kept.states().transactions().firstOffset(producer);
                        if (keptFirst < 0 || keptFirst > first) {
                            problem(
                                    "producer "
                                            + producer
                                            + " has a transaction open from offset "
                                            + first
                                            + ", the snapshot of offset "
                                            + kept.from()
                                            + (keptFirst < 0
                                                    ? " knows of none"
                                                    : " says from " + keptFirst));
                        }
                    });
        }
    }

    /** Aborted transactions, by the offsets of their markers. */
    private final class Aborted {
        /** The batches of such a transaction may all be gone. */
        private final Map<Long, Optional<OpenTransactions.Ended>> markers = new TreeMap<>();

        void marker(RecordBatch batch, OpenTransactions.@Nullable Ended ended) {
            markers.put(batch.lastOffset(), Optional.ofNullable(ended));
        }

        void compare() {
            Set<Long> kept = new HashSet<>();
            for (AbortedTransaction one :
                    log.abortedTransactions(log.bounds().startOffset(), log.end().offset())) {
                kept.add(one.lastOffset());
                Optional<OpenTransactions.Ended> marker = markers.get(one.lastOffset());
                if (marker == null) {
                    problem(described(one) + ", where no marker says so");
                } else if (marker.isPresent() && !isOf(one, marker.get())) {
                    problem(
                            described(one)
                                    + ", and the marker there ends that of producer "
                                    + marker.get().producerId()
                                    + " from offset "
                                    + marker.get().firstOffset());
                }
            }
            long known = log.abortedKnownTo();
            markers.forEach((marker, ended) -> {
                // what lies beyond, the broker's next start keeps again
                if (marker < known && ended.isPresent() && !kept.contains(marker)) {
                    problem(
                            "the transaction that the marker at offset "
                                    + marker
                                    + " aborts is not kept as aborted");
                }
            });
        }

        private String described(AbortedTransaction one) {
            return "the transaction of producer "
                    + one.producerId()
                    + " from offset "
                    + one.firstOffset()
                    + " counts as aborted at "
                    + one.lastOffset();
        }

        private boolean isOf(AbortedTransaction one, OpenTransactions.Ended ended) {
            return one.producerId() == ended.producerId()
                    && one.firstOffset() <= ended.firstOffset();
        }
    }
}
