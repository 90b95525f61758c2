/** The APIs about the cluster: one handler each, over the image and the controller. */
package mortise.broker.cluster.api;
