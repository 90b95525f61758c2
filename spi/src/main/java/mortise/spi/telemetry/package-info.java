/** Telemetry: handing what the broker counts, and how it is, to whoever watches it. */
package mortise.spi.telemetry;
