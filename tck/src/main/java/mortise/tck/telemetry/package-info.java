/**
 * The conformance kit of metrics exporter plugins.
 *
 * <p>An author implements {@link mortise.tck.telemetry.MetricsExporterContract} with a test class
 * of one or two methods. What the exporter sends is the author's own to test.
 */
package mortise.tck.telemetry;
