/** The partitioner {@code crc32}: parity with librdkafka. */
package mortise.partitioner.crc;
