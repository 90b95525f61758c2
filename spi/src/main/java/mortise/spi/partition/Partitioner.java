package mortise.spi.partition;

import java.nio.ByteBuffer;
import mortise.spi.CalledOn;
import mortise.spi.Caller;
import mortise.spi.Lifecycle;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the partition of each record that a producer sends.
 *
 * <p>Thread-safe: one instance serves all topics and all threads of a producer. It is asked once
 * per record, in the order in which a thread sends them, and its answer is final: a record that is
 * sent again goes to the same partition.
 */
@FunctionalInterface
public interface Partitioner extends Lifecycle {
    /**
     * The partition of one record, from 0 to below the topic's {@link TopicView#partitionCount()}.
     * What is thrown, or lies outside, fails the record and nothing else.
     *
     * @param topic the topic as its producer knows it now; not to be kept
     * @param key the serialised key, null for a record without one; read-only and lent until the
     *     method returns, it may be direct or a slice of something larger, and its position may be
     *     moved
     * @param recordBytes about how much the record adds to a batch: key, value and headers
     */
    @CalledOn(Caller.ANY)
    int partition(TopicView topic, @Nullable ByteBuffer key, int recordBytes);

    /** Releases what the partitioner holds; nothing unless overridden. */
    @Override
    @CalledOn(Caller.ANY)
    default void close() {}
}
