/**
 * The state of the cluster as an immutable image, the records that change it, and its publication.
 */
package mortise.broker.metadata;
