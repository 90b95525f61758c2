/** The zstd codec of the Kafka protocol. */
package mortise.codec.zstd;
