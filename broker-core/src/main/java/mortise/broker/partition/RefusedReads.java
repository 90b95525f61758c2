package mortise.broker.partition;

import java.util.LinkedHashMap;
import java.util.Map;
import mortise.api.Clock;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Metrics;
import mortise.spi.storage.LogId;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.UnreadableDataException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads that stores refused: counted, and said once a minute for a partition, and for all if it is
 * nothing of one, for a client that is refused asks again and again. Thread-safe.
 */
final class RefusedReads {
    static final long QUIET_NANOS = 60_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(RefusedReads.class);
    private static final int MOST_PARTITIONS = 1_024;

    private final Clock clock;
    private final Counter refused;
    private final Map<Object, Quiet> said =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Object, Quiet> eldest) {
                    return size() > MOST_PARTITIONS;
                }
            };

    /** What was left out since the last line. */
    private static final class Quiet {
        private long saidNanos;
        private long leftOut;
    }

    RefusedReads(Clock clock, Metrics metrics) {
        this.clock = clock;
        this.refused =
                metrics.counter(
                        "partition_refused_reads_total",
                        "Reads and look-ups that the storage refused: the data is damaged, or cannot be read for now.");
    }

    /** Notes a read that was refused. */
    void note(LogId id, StorageException why) {
        refused.increment();
        long leftOut = leftOut(kind(id, why), clock.nanoTime());
        if (leftOut == 0) {
            LOG.warn("{} refuses a read, and serves what else it has: {}", id, why.getMessage());
        } else if (leftOut > 0) {
            LOG.warn(
                    "{} refuses a read, and serves what else it has: {} (and {} more since the last line)",
                    id,
                    why.getMessage(),
                    leftOut);
        }
    }

    /** What a line stands for: a partition's damage, or what the store is short of for all. */
    private static Object kind(LogId id, StorageException why) {
        boolean ofTheLog =
                why instanceof UnreadableDataException
                        || why.reach() != StorageException.Reach.CALL;
        return ofTheLog ? id : why.reach();
    }

    /** How many lines were left out since the last one; -1 if this one is left out too. */
    private synchronized long leftOut(Object kind, long now) {
        Quiet quiet = said.get(kind);
        if (quiet == null) {
            quiet = new Quiet();
            said.put(kind, quiet);
        } else if (now - quiet.saidNanos < QUIET_NANOS) {
            quiet.leftOut++;
            return -1;
        }
        long leftOut = quiet.leftOut;
        quiet.leftOut = 0;
        quiet.saidNanos = now;
        return leftOut;
    }
}
