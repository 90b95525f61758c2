/**
 * Plugins at work: found by kind and name, created, started, counted in their calls, and closed.
 */
package mortise.broker.plugin;
