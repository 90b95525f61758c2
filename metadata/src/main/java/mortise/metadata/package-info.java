/** The state of the cluster as an immutable image, and the records that change it. */
package mortise.metadata;
