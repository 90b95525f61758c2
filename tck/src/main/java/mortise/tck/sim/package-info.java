/**
 * The simulation kit: clock, timers, disk and plugin context that a test drives, and seeds that
 * replay a failure.
 *
 * <p>Everything here is deterministic as long as one thread uses it; nothing reads the machine's
 * time, disk or randomness.
 */
package mortise.tck.sim;
