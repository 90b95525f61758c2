import mortise.partitioner.murmur.Murmur2Provider;
import mortise.spi.partition.PartitionerProvider;
import org.jspecify.annotations.NullMarked;

/** Partitions by MurmurHash2, as the Java client does. Its face is the service. */
@NullMarked
module mortise.partitioner.murmur {
    requires static org.jspecify;
    requires mortise.spi;

    provides PartitionerProvider with
            Murmur2Provider;
}
