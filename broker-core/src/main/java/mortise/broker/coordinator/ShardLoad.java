package mortise.broker.coordinator;

import mortise.broker.log.LogWalk;
import mortise.coordinator.CoordinatorRecord;
import mortise.coordinator.ReplicatedState;
import mortise.record.Codecs;
import mortise.record.Record;
import mortise.record.RecordBatch;
import mortise.record.RecordIteration;
import mortise.spi.storage.PartitionLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replays a partition into a state. What is damaged is named and passed over: it keeps nobody else
 * from being served.
 */
final class ShardLoad implements LogWalk.Visitor {
    private static final Logger LOG = LoggerFactory.getLogger(ShardLoad.class);

    /** So many damaged records are named, the others are counted. */
    private static final int NAMED = 20;

    private static final long MOST_DECOMPRESSED_BYTES = 1L << 30;

    private final String name;
    private final ReplicatedState state;
    private final Codecs codecs;
    private long records;
    private int damaged;

    private ShardLoad(String name, ReplicatedState state, Codecs codecs) {
        this.name = name;
        this.state = state;
        this.codecs = codecs;
    }

    /**
     * Replays all that a log has. Blocks.
     *
     * @return how many records there were
     */
    static long into(ReplicatedState state, String name, PartitionLog log, Codecs codecs) {
        ShardLoad load = new ShardLoad(name, state, codecs);
        LogWalk.over(log, 0, load);
        if (load.damaged > NAMED) {
            LOG.warn(
                    "{}: {} more records could not be read and were passed over",
                    name,
                    load.damaged - NAMED);
        }
        return load.records;
    }

    @Override
    public boolean batch(RecordBatch batch) {
        if (batch.isControl()) {
            return true;
        }
        try (RecordIteration all = batch.records(codecs, MOST_DECOMPRESSED_BYTES)) {
            while (all.hasNext()) {
                records++;
                replay(all.next());
            }
        } catch (RuntimeException undecodable) {
            damaged(
                    "the batch at offset " + batch.baseOffset(),
                    String.valueOf(undecodable.getMessage()));
        }
        return true;
    }

    private void replay(Record record) {
        try {
            if (record.key() == null) {
                throw new IllegalArgumentException("it has no key");
            }
            state.replay(new CoordinatorRecord(record.key(), record.value()));
        } catch (RuntimeException unknown) {
            damaged(
                    "the record at offset " + record.offset(),
                    String.valueOf(unknown.getMessage()));
        }
    }

    @Override
    public void unreadable(long from, long to, String why) {
        damaged("what lies at offsets " + from + " to " + (to - 1), why);
    }

    private void damaged(String what, String why) {
        damaged++;
        if (damaged <= NAMED) {
            LOG.warn(
                    "{}: {} cannot be read and is passed over; whatever it said is not known: {}",
                    name,
                    what,
                    why);
        }
    }
}
