package mortise.broker.partition;

import java.nio.ByteBuffer;
import mortise.api.config.Config;
import mortise.spi.storage.PartitionLog;
import org.jspecify.annotations.Nullable;

/**
 * A log that was filled with the batches of another broker: what they mean beyond their bytes is
 * kept beside it, so that the partition's first opening need not read all of it again.
 */
public final class FilledLog {
    private FilledLog() {}

    /**
     * What that takes.
     *
     * @param nowMillis the wall clock
     */
    public record Means(ProducerBounds producers, long nowMillis) {
        /** What a broker of this configuration works with. */
        public static Means of(Config config, long nowMillis) {
            return new Means(ProducerBounds.of(config), nowMillis);
        }
    }

    /**
     * Reads a whole log, and keeps producers and leader epochs as of its end. They are durable
     * after a sync. Blocks; nobody writes to the log meanwhile.
     *
     * @param name the partition, for log lines
     * @param snapshot producers in the form of {@code SidecarKind.PRODUCER_STATE}, of whom the log
     *     may know nothing any more, as of its end or before; null if there are none
     * @throws IllegalArgumentException if the snapshot is damaged or of another version; nothing is
     *     kept then
     */
    public static void keep(
            String name, PartitionLog log, @Nullable ByteBuffer snapshot, Means means) {
        ProducerStates last = new ProducerStates(means.producers().most());
        if (snapshot != null) {
            ProducerSnapshot.decode(snapshot, last);
        }
        PartitionState state = PartitionState.of(name, log, means.producers(), means.nowMillis());
        state.producers().addUnknown(last);
        state.producers().expire(means.producers().oldestMillis(means.nowMillis()));
        new KeptState(log, state).keepProducers(log.end().offset());
    }
}
