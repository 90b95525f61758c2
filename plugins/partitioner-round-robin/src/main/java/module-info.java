import mortise.partitioner.roundrobin.RoundRobinProvider;
import mortise.spi.partition.PartitionerProvider;
import org.jspecify.annotations.NullMarked;

/** Partitions in turn, one record each. Its face is the service. */
@NullMarked
module mortise.partitioner.roundrobin {
    requires static org.jspecify;
    requires mortise.spi;

    provides PartitionerProvider with
            RoundRobinProvider;
}
