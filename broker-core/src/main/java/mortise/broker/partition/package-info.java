/**
 * Partitions, each confined to its mailbox, and what decides about an append: leadership, producer
 * sequences, leader epochs, watermarks.
 */
package mortise.broker.partition;
