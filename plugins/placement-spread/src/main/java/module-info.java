import mortise.placement.spread.SpreadProvider;
import mortise.spi.placement.PlacementProvider;
import org.jspecify.annotations.NullMarked;

/** Replicas round the brokers and racks. Its face is the service. */
@NullMarked
module mortise.placement.spread {
    requires static org.jspecify;
    requires mortise.spi;

    provides PlacementProvider with
            SpreadProvider;
}
