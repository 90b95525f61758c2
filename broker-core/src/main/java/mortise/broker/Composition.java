package mortise.broker;

import mortise.api.config.Config;
import mortise.broker.config.BrokerSettings;
import mortise.broker.runtime.Execution;
import mortise.broker.telemetry.BrokerHealth;
import mortise.broker.telemetry.BrokerMetrics;

/**
 * What every area of a broker is composed with.
 *
 * @param parts where an area adds what is to be closed; only while the broker starts
 */
record Composition(
        Assembly assembly,
        Execution execution,
        BrokerMetrics metrics,
        BrokerHealth health,
        Parts parts) {
    Config config() {
        return assembly.config();
    }

    /** The number of this broker. */
    int nodeId() {
        return config().get(BrokerSettings.NODE_ID);
    }

    /** Has an area's gauges and health seen. */
    <A extends Area> A add(A area) {
        area.gauges(metrics);
        health.check(area::reasonsToStayAway);
        return area;
    }
}
