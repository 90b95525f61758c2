/** Counters, gauges and histograms, each with a sentence that says what it counts. */
package mortise.api.metrics;
