package mortise.broker.partition;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import mortise.api.ErrorCode;
import mortise.broker.compaction.LastBatches;
import mortise.broker.log.OpenTransactions;
import mortise.record.RecordBatch;
import mortise.record.TransactionMarker;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.SidecarKind;
import org.jspecify.annotations.Nullable;

/**
 * The idempotent producers of a partition (KIP-98): which sequence each must send next, and where
 * its last five batches went, so that a retry is answered with the first offset instead of being
 * written again.
 *
 * <p>A turn of the partition checks its batches one after the other with {@link #check} before
 * anything is written; {@link #wrote} follows for each once it is. What was accepted by a turn
 * whose write failed is forgotten with the turn.
 *
 * <p>Confined to the partition's mailbox, or to its step while that is suspended. Bounded: beyond a
 * configured number the longest silent producers go; so they do while all partitions of the broker
 * together remember as many as they may, down to a handful of each. Who has a transaction open
 * stays: nobody else could say where it began. A producer that is not known may begin at any
 * sequence, as in Apache Kafka, so forgetting one costs no more than a duplicate that nobody
 * recognises. If the write of what it begins with fails, what it sent behind that waits for the
 * retry: written first, it would make the retry look out of order for ever.
 */
final class ProducerStates {
    private static final int FIRST_SLOTS = 8;

    private final int most;
    private @Nullable ProducerEntry[] slots = new ProducerEntry[FIRST_SLOTS];
    private final OpenTransactions transactions = new OpenTransactions();
    private int size;
    private long turn;
    private RememberedProducers remembered = RememberedProducers.unbounded();
    private int counted;

    /** Producers, at most so many. */
    ProducerStates(int most) {
        this.most = most;
    }

    /** From now on these count among what all partitions of the broker remember. */
    void countIn(RememberedProducers all) {
        stopCounting();
        remembered = all;
        recount();
    }

    /** These are no longer needed, and don't take the place of others. */
    void stopCounting() {
        remembered.changed(-counted);
        counted = 0;
        remembered = RememberedProducers.unbounded();
    }

    private void recount() {
        remembered.changed(size - counted);
        counted = size;
    }

    /** What becomes of a batch. */
    sealed interface Verdict permits Accept, Duplicate, Refuse, Unsettled {}

    /** It is to be written. */
    enum Accept implements Verdict {
        INSTANCE
    }

    /** It is in the log already. */
    record Duplicate(long firstOffset, long lastOffset, long timestamp) implements Verdict {}

    /** It must not be written. */
    record Refuse(ErrorCode error, String message) implements Verdict {}

    /**
     * It depends on a batch of this turn that is not written yet: a retry that met its original in
     * the mailbox. Once the turn so far is written, the same check decides.
     */
    enum Unsettled implements Verdict {
        INSTANCE
    }

    /** Begins a turn: what an earlier one accepted and did not write is forgotten. */
    void beginTurn() {
        turn++;
    }

    /**
     * Checks a batch that has a producer id against what is written and what this turn accepted.
     */
    Verdict check(RecordBatch batch) {
        ProducerEntry entry = find(batch.producerId());
        short epoch = batch.producerEpoch();
        int first = batch.baseSequence();
        int last = batch.lastSequence();
        if (entry == null) {
            entry = add(batch.producerId());
        } else {
            int duplicate = entry.find(epoch, first, last);
            if (duplicate >= 0) {
                return new Duplicate(
                        entry.firstOffset(duplicate),
                        entry.lastOffset(duplicate),
                        entry.timestamp(duplicate));
            }
            Refuse refusal = refusal(entry, epoch, first);
            if (refusal != null) {
                return entry.acceptedIn(turn) ? Unsettled.INSTANCE : refusal;
            }
        }
        entry.accepted(turn, epoch, first, last);
        return Accept.INSTANCE;
    }

    private @Nullable Refuse refusal(ProducerEntry entry, short epoch, int first) {
        short known = entry.epochIn(turn);
        if (known == RecordBatch.NO_PRODUCER_EPOCH) {
            return entry.awaitsBefore(epoch, first)
                    ? outOfOrder(
                            entry.producerId,
                            epoch,
                            first,
                            "it begins with "
                                    + entry.awaitedSequence()
                                    + ", which could not be written and is to be sent again")
                    : null;
        }
        if (epoch < known) {
            return new Refuse(
                    ErrorCode.INVALID_PRODUCER_EPOCH,
                    "producer "
                            + entry.producerId
                            + " sent epoch "
                            + epoch
                            + ", its current epoch is "
                            + known);
        }
        int last = entry.lastSequenceIn(turn);
        if (epoch > known) {
            return first == 0
                    ? null
                    : outOfOrder(entry.producerId, epoch, first, "a new epoch begins with 0");
        }
        return follows(last, first)
                ? null
                : outOfOrder(entry.producerId, epoch, first, "the last one written is " + last);
    }

    private static Refuse outOfOrder(long producerId, short epoch, int first, String wanted) {
        return new Refuse(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                "producer "
                        + producerId
                        + " sent sequence "
                        + first
                        + " in epoch "
                        + epoch
                        + "; "
                        + wanted);
    }

    private static boolean follows(int last, int next) {
        return last == Integer.MAX_VALUE ? next == 0 : next == last + 1;
    }

    /** Remembers a batch with data that is in the log now. */
    void wrote(RecordBatch batch, long nowMillis) {
        transactions.take(batch);
        findOrAdd(batch.producerId())
                .wrote(
                        batch.producerEpoch(),
                        batch.lastSequence(),
                        batch.lastOffset(),
                        batch.lastOffsetDelta(),
                        batch.maxTimestamp(),
                        nowMillis);
    }

    /**
     * Remembers the marker that ended a transaction and is in the log now.
     *
     * @return the transaction; null if none was known to be open
     */
    OpenTransactions.@Nullable Ended ended(
            RecordBatch batch, TransactionMarker marker, long nowMillis) {
        findOrAdd(batch.producerId()).ended(batch.producerEpoch(), marker, nowMillis);
        return transactions.end(batch, marker);
    }

    /** Remembers what a file has of a producer besides its batches; those come first. */
    void restore(long producerId, short epoch, int coordinatorEpoch, long activeMillis) {
        findOrAdd(producerId).restore(epoch, coordinatorEpoch, activeMillis);
    }

    /** The transactions that are open. */
    OpenTransactions transactions() {
        return transactions;
    }

    private ProducerEntry findOrAdd(long producerId) {
        ProducerEntry entry = find(producerId);
        return entry == null ? add(producerId) : entry;
    }

    /** Remembers a batch of a producer as a file has it, after older ones of the same. */
    void restore(
            long producerId,
            short epoch,
            int lastSequence,
            long lastOffset,
            int offsetDelta,
            long timestamp,
            long activeMillis) {
        findOrAdd(producerId)
                .wrote(epoch, lastSequence, lastOffset, offsetDelta, timestamp, activeMillis);
    }

    /**
     * Adds what {@code others} last knew of every producer that is not known here; what they know
     * of transactions is of batches that are gone.
     */
    void addUnknown(ProducerStates others) {
        others.forEach(other -> {
            if (!other.isKnown() || find(other.producerId) != null) {
                return;
            }
            if (!other.isEmpty()) {
                restore(
                        other.producerId,
                        other.epoch(),
                        other.lastSequence(),
                        other.lastOffset(),
                        other.offsetDelta(),
                        other.timestamp(other.slot(0)),
                        other.activeMillis());
            }
            restore(
                    other.producerId,
                    other.epoch(),
                    other.coordinatorEpoch(),
                    other.activeMillis());
        });
    }

    /** Forgets producers that have been silent since before {@code oldest}. */
    void expire(long oldestMillis) {
        boolean any = false;
        for (ProducerEntry entry : slots) {
            any |= entry != null && !isActiveSince(entry, oldestMillis);
        }
        if (any) {
            keepActiveSince(oldestMillis);
        }
    }

    int size() {
        return size;
    }

    /** The last batch of each. */
    LastBatches lastBatches() {
        Map<Long, LastBatches.Last> last = new HashMap<>();
        forEach(entry ->
                last.put(
                        entry.producerId, new LastBatches.Last(entry.lastOffset(), entry.epoch())));
        return new LastBatches(last);
    }

    void forEach(Consumer<ProducerEntry> action) {
        for (ProducerEntry entry : slots) {
            if (entry != null) {
                action.accept(entry);
            }
        }
    }

    @Nullable ProducerEntry find(long producerId) {
        int at = place(slots, producerId);
        return slots[at];
    }

    private ProducerEntry add(long producerId) {
        if (size >= most || (size >= FIRST_SLOTS && remembered.full())) {
            forgetLongestSilent();
        }
        if (2 * (size + 1) > slots.length) {
            rehash(slots.length * 2);
        }
        ProducerEntry entry = new ProducerEntry(producerId);
        slots[place(slots, producerId)] = entry;
        size++;
        recount();
        return entry;
    }

    /**
     * Drops a tenth, so that a full table is not sorted for every new producer. Whoever has a batch
     * in the turn at hand stays, for its next batch of this turn must meet what was accepted; so
     * does whoever has a transaction open.
     */
    private void forgetLongestSilent() {
        long[] times = new long[size];
        int silent = 0;
        for (ProducerEntry entry : slots) {
            if (entry != null && isForgettable(entry)) {
                times[silent++] = entry.activeMillis();
            }
        }
        if (silent == 0) {
            return;
        }
        Arrays.sort(times, 0, silent);
        int drop = Math.max(1, silent / 10);
        long latest = times[drop - 1];
        int atLatest = drop;
        while (atLatest > 0 && times[atLatest - 1] == latest) {
            atLatest--;
        }
        forget(latest, drop - atLatest);
    }

    /** Drops the silent that were active before a time, and so many of those active at it. */
    private void forget(long latest, int atLatest) {
        int left = atLatest;
        @Nullable ProducerEntry[] before = empty();
        for (ProducerEntry entry : before) {
            if (entry == null) {
                continue;
            }
            boolean silent = isForgettable(entry);
            if (silent && entry.activeMillis() < latest) {
                continue;
            }
            if (silent && entry.activeMillis() == latest && left > 0) {
                left--;
                continue;
            }
            keep(entry);
        }
    }

    private boolean isForgettable(ProducerEntry entry) {
        return !entry.acceptedIn(turn) && !transactions.has(entry.producerId);
    }

    private void keepActiveSince(long oldestMillis) {
        @Nullable ProducerEntry[] before = empty();
        for (ProducerEntry entry : before) {
            if (entry != null && isActiveSince(entry, oldestMillis)) {
                keep(entry);
            }
        }
        recount();
    }

    private boolean isActiveSince(ProducerEntry entry, long oldestMillis) {
        return entry.activeMillis() >= oldestMillis || transactions.has(entry.producerId);
    }

    /** Takes everything out of the table. */
    private @Nullable ProducerEntry[] empty() {
        @Nullable ProducerEntry[] before = slots;
        slots = new ProducerEntry[before.length];
        size = 0;
        return before;
    }

    private void keep(ProducerEntry entry) {
        slots[place(slots, entry.producerId)] = entry;
        size++;
    }

    private void rehash(int length) {
        @Nullable ProducerEntry[] more = new ProducerEntry[length];
        for (ProducerEntry entry : slots) {
            if (entry != null) {
                more[place(more, entry.producerId)] = entry;
            }
        }
        slots = more;
    }

    private static int place(@Nullable ProducerEntry[] table, long producerId) {
        int mask = table.length - 1;
        int at = (int) ((producerId * 0x9E37_79B9_7F4A_7C15L) >>> 32) & mask;
        for (ProducerEntry there = table[at];
                there != null && there.producerId != producerId;
                there = table[at]) {
            at = (at + 1) & mask;
        }
        return at;
    }

    /** What {@link ProducerSnapshot} keeps of all of them. */
    ByteBuffer snapshot() {
        return ProducerSnapshot.encode(this);
    }

    /**
     * Keeps all of them beside a log as of an offset. A snapshot of none says that by itself, so a
     * log without idempotent producers has one file less to sync at each segment.
     */
    void keepBeside(PartitionLog log, long offset) {
        ByteBuffer snapshot = snapshot();
        ByteBuffer batches = ProducerBatches.encode(this, snapshot);
        if (ProducerSnapshot.count(snapshot) > 0) {
            log.putSidecar(SidecarKind.PRODUCER_BATCHES, offset, batches);
        }
        log.putSidecar(SidecarKind.PRODUCER_STATE, offset, snapshot);
    }
}
