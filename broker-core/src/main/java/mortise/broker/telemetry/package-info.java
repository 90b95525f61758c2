/** Counters, gauges and histograms of a running broker, in memory. */
package mortise.broker.telemetry;
