/** Finding plugins by kind and name, and giving each one its view of the world. */
package mortise.broker.plugin;
