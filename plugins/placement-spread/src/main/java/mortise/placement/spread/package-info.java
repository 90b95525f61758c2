/** The placement {@code spread}: replicas round the brokers, in different racks. */
package mortise.placement.spread;
