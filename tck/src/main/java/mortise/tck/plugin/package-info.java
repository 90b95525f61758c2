/** What every plugin owes its broker, whatever it does. */
package mortise.tck.plugin;
