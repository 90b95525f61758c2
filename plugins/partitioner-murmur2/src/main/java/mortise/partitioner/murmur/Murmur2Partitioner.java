package mortise.partitioner.murmur;

import java.nio.ByteBuffer;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.StickyPartitions;
import mortise.spi.partition.TopicView;
import org.jspecify.annotations.Nullable;

/**
 * Puts a key where Kafka's Java client puts it by default, and records without one where the turn
 * is. An empty key is a key. That a partition has no leader does not move its keys.
 */
final class Murmur2Partitioner implements Partitioner {
    private final StickyPartitions sticky;

    Murmur2Partitioner(StickyPartitions sticky) {
        this.sticky = sticky;
    }

    @Override
    public int partition(TopicView topic, @Nullable ByteBuffer key, int recordBytes) {
        return key == null
                ? sticky.next(topic, recordBytes)
                : (Murmur2.hash(key) & Integer.MAX_VALUE) % topic.partitionCount();
    }
}
