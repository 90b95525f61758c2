package mortise.broker.partition;

import java.util.Optional;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.Sidecar;
import mortise.spi.storage.SidecarKind;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the sidecars of a log know of its producers when it is opened, and from where on batches
 * must be read to know the rest.
 *
 * <p>A snapshot is believed if it stands between the log's start and its end, both included. One
 * below the start is not: batches between the two were deleted, so nobody can tell any more what
 * the producers wrote after it. (Apache Kafka removes such snapshots when it opens a log,
 * ProducerStateManager.truncateAndReload.)
 *
 * <p>After a crash the store may lack aborted transactions, and markers that are not durable decide
 * nothing yet. So batches are read from a snapshot on that does not lie beyond either, and the
 * markers among them tell.
 *
 * <p>The newest snapshot whose {@link ProducerBatches} are intact, or that has no producers and so
 * needs none, knows all there was as of its offset. Where they are damaged, an older pair and the
 * batches after it are as good. Where none were ever written (by Apache Kafka, or before there were
 * any) the snapshot before the newest will do, so that opening a log reads two segments at most and
 * not all of it.
 *
 * @param states what is known as of {@code from}
 * @param lastBatches the newest snapshot, if it is not what {@code states} came from: it knows
 *     producers whose batches were deleted since
 * @param from the batches from here on are still to be read
 * @param newestPair the offset of the snapshot whose batches are intact, or -1 if none was found
 */
record StoredProducers(
        ProducerStates states, @Nullable ProducerStates lastBatches, long from, long newestPair) {
    private static final Logger LOG = LoggerFactory.getLogger(StoredProducers.class);

    private static final long NO_PAIR = -1;

    /** How many snapshots without batches are looked at. */
    private static final int MOST_WITHOUT_BATCHES = 2;

    /**
     * Looks through the sidecars. Blocks.
     *
     * @param name the partition, for log lines
     */
    static StoredProducers of(String name, PartitionLog log, LogBounds bounds, int producersMax) {
        long certain = certainTo(log);
        ProducerStates newest = null;
        int withoutBatches = 0;
        Optional<Sidecar> found = snapshot(log, bounds, bounds.endOffset());
        while (found.isPresent()) {
            Sidecar snapshot = found.get();
            long offset = snapshot.offset();
            ProducerStates last = lastBatches(name, snapshot, producersMax);
            if (offset > certain) {
                newest = newest == null ? last : newest;
                found = snapshot(log, bounds, offset - 1);
                continue;
            }
            if (last != null && last.size() == 0) {
                return new StoredProducers(last, newest, offset, offset);
            }
            if (last != null) {
                Optional<Sidecar> batches =
                        log.latestSidecar(SidecarKind.PRODUCER_BATCHES, offset)
                                .filter(sidecar -> sidecar.offset() == offset);
                ProducerStates all =
                        batches.map(sidecar -> batches(name, sidecar, snapshot, producersMax))
                                .orElse(null);
                if (all != null) {
                    return new StoredProducers(all, newest, offset, offset);
                }
                newest = newest == null ? last : newest;
                withoutBatches += batches.isEmpty() ? 1 : 0;
                if (withoutBatches == MOST_WITHOUT_BATCHES) {
                    return new StoredProducers(last, newest, offset, NO_PAIR);
                }
            }
            found = snapshot(log, bounds, offset - 1);
        }
        return new StoredProducers(
                new ProducerStates(producersMax), newest, bounds.startOffset(), NO_PAIR);
    }

    /** Below it the store knows the aborted transactions, and all markers are durable. */
    static long certainTo(PartitionLog log) {
        return Math.min(log.abortedKnownTo(), log.durableEnd().offset());
    }

    private static Optional<Sidecar> snapshot(PartitionLog log, LogBounds bounds, long atMost) {
        return atMost < bounds.startOffset()
                ? Optional.empty()
                : log.latestSidecar(SidecarKind.PRODUCER_STATE, atMost)
                        .filter(sidecar -> sidecar.offset() >= bounds.startOffset());
    }

    private static @Nullable ProducerStates lastBatches(
            String name, Sidecar snapshot, int producersMax) {
        ProducerStates states = new ProducerStates(producersMax);
        try {
            ProducerSnapshot.decode(snapshot.content(), states);
            return states;
        } catch (IllegalArgumentException damaged) {
            LOG.warn(
                    "producer snapshot {} of {} is unreadable ({}); trying an older one",
                    snapshot.offset(),
                    name,
                    damaged.getMessage());
            return null;
        }
    }

    private static @Nullable ProducerStates batches(
            String name, Sidecar batches, Sidecar snapshot, int producersMax) {
        ProducerStates states = new ProducerStates(producersMax);
        try {
            ProducerBatches.decode(batches.content(), snapshot.content(), states);
            return states;
        } catch (IllegalArgumentException damaged) {
            LOG.warn(
                    "producer batches {} of {} are not used ({}); reading the log from an older"
                            + " snapshot on",
                    batches.offset(),
                    name,
                    damaged.getMessage());
            return null;
        }
    }
}
