/** The requests that concern single partitions, one handler class each. */
package mortise.broker.partition.api;
