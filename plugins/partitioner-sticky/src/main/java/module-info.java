import mortise.partitioner.sticky.StickyProvider;
import mortise.spi.partition.PartitionerProvider;
import org.jspecify.annotations.NullMarked;

/** Partitions in turns of bytes. Its face is the service. */
@NullMarked
module mortise.partitioner.sticky {
    requires static org.jspecify;
    requires mortise.spi;

    provides PartitionerProvider with
            StickyProvider;
}
