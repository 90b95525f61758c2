/** The partitioner {@code murmur2}: parity with Kafka's Java client. */
package mortise.partitioner.murmur;
