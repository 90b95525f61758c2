package mortise.spi.telemetry;

import java.util.List;
import mortise.spi.CalledOn;
import mortise.spi.Caller;

/** Everything that a broker counts, as of now. Thread-safe. */
public interface MetricsView {
    /**
     * Reads every metric, in the order of their names. Costs microseconds for each series, and
     * slows nobody down who counts; each value is right by itself, not all of them at one instant.
     */
    @CalledOn(Caller.VIRTUAL)
    List<MetricFamily> read();
}
