/** The partitioner {@code round-robin}: each record to the next partition. */
package mortise.partitioner.roundrobin;
