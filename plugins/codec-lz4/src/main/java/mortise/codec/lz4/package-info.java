/** The lz4 codec of the Kafka protocol. */
package mortise.codec.lz4;
