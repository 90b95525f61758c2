package mortise.spi.telemetry;

import java.net.URI;
import java.util.Optional;
import mortise.spi.CalledOn;
import mortise.spi.Caller;
import mortise.spi.Lifecycle;

/**
 * Shows metrics and health to the outside. It starts before the broker recovers anything and stops
 * after it has closed everything else, so that it can tell of both.
 */
public interface MetricsExporter extends Lifecycle {
    /**
     * Begins to export; called right after {@link Lifecycle#start}. Both views may be read until
     * {@link #close} returns.
     *
     * @throws IllegalStateException if it cannot, in one line with cause and remedy; the broker
     *     then does not start
     */
    @CalledOn(Caller.VIRTUAL)
    void start(MetricsView metrics, HealthView health);

    /** Where it is reached once it has started; empty if it goes to others instead. */
    @CalledOn(Caller.ANY)
    default Optional<URI> address() {
        return Optional.empty();
    }

    /** Stops, and lets go of every port, file and thread. Also called if {@code start} failed. */
    @Override
    @CalledOn(Caller.VIRTUAL)
    void close();
}
