package mortise.broker;

import java.util.List;
import mortise.api.metrics.Metrics;
import mortise.broker.request.ApiHandler;
import mortise.spi.telemetry.Health.Reason;

/**
 * One concern of a broker, as it adds to the whole: the requests that it serves, what can be read
 * off it, and why it may keep clients away. What it can be told stands in {@link Concerns}.
 */
interface Area {
    /** Serves the APIs of the area, each by one handler. */
    default List<ApiHandler<?>> handlers() {
        return List.of();
    }

    /** Registers what is read off the area when somebody looks. */
    default void gauges(Metrics metrics) {}

    /** Why clients should stay away at present; empty if all is well. Must not block. */
    default List<Reason> reasonsToStayAway() {
        return List.of();
    }
}
