/**
 * The snappy codec of the Kafka protocol, in the two forms that its clients write.
 *
 * <p>Java clients write xerial's framing: a header of 16 bytes (0x82 "SNAPPY" 0x00, version and
 * least compatible version as int32, both 1), then chunks of int32 length and one snappy block
 * each. librdkafka and others write one plain snappy block. Both open.
 */
package mortise.codec.snappy;
