package mortise.partitioner.crc;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.StickyPartitions;
import mortise.spi.partition.TopicView;
import org.jspecify.annotations.Nullable;

/**
 * Puts a key where librdkafka's {@code consistent} and {@code consistent_random} put it: the CRC-32
 * of zlib, unsigned, modulo the number of partitions.
 */
final class Crc32Partitioner implements Partitioner {
    private final @Nullable StickyPartitions sticky;

    /** A partitioner that hashes null and empty keys as well if there is no {@code sticky}. */
    Crc32Partitioner(@Nullable StickyPartitions sticky) {
        this.sticky = sticky;
    }

    @Override
    public int partition(TopicView topic, @Nullable ByteBuffer key, int recordBytes) {
        boolean empty = key == null || !key.hasRemaining();
        if (empty && sticky != null) {
            return sticky.next(topic, recordBytes);
        }
        CRC32 crc = new CRC32();
        if (key != null) {
            crc.update(key);
        }
        return (int) (crc.getValue() % topic.partitionCount());
    }
}
