package mortise.broker.cluster;

import mortise.broker.runtime.Recurrence;
import mortise.metadata.controller.PlacementFaults;
import mortise.spi.placement.PlacementRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes to the log what is wrong with a placement plugin, ever more rarely. Thread-safe. */
public final class LoggedPlacementFaults implements PlacementFaults {
    private static final Logger LOG = LoggerFactory.getLogger(LoggedPlacementFaults.class);

    private final String plugin;
    private final Recurrence failures = new Recurrence();

    /** Faults of the plugin of this name. */
    public LoggedPlacementFaults(String plugin) {
        this.plugin = plugin;
    }

    @Override
    public void blamed(PlacementRequest request, String flaw, @Nullable Throwable failure) {
        long times = failures.count();
        if (times > 0) {
            LOG.error(
                    "placement plugin '{}' failed at {}: {} (failure number {})",
                    plugin,
                    request,
                    flaw,
                    times,
                    failure);
        }
    }
}
