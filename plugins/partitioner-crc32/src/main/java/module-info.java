import mortise.partitioner.crc.Crc32Provider;
import mortise.spi.partition.PartitionerProvider;
import org.jspecify.annotations.NullMarked;

/** Partitions by CRC-32, as librdkafka does. Its face is the service. */
@NullMarked
module mortise.partitioner.crc {
    requires static org.jspecify;
    requires mortise.spi;

    provides PartitionerProvider with
            Crc32Provider;
}
