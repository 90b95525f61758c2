/**
 * A broker's place in its cluster: the image of the cluster as it is published, what it makes of
 * this broker's partitions, the one way to the controller, and the broker's registration.
 */
package mortise.broker.cluster;
