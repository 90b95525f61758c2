/**
 * The record batch of the Kafka protocol, format 2 ("magic 2"), seen in place.
 *
 * <p>All integers are big-endian. A batch is a header of 61 bytes and the records after it, which
 * one codec may have compressed as a whole:
 *
 * <pre>
 *   0  int64  baseOffset            stamped by the leader, outside the checksum
 *   8  int32  batchLength           counts what follows it, so the batch has 12 + batchLength bytes
 *  12  int32  partitionLeaderEpoch  stamped by the leader, outside the checksum
 *  16  int8   magic                 2
 *  17  int32  crc                   CRC-32C of everything from 21 to the end
 *  21  int16  attributes            bits 0-2 codec, 3 log append time, 4 transactional, 5 control,
 *                                   6 baseTimestamp is a delete horizon
 *  23  int32  lastOffsetDelta
 *  27  int64  baseTimestamp         of the first record, or the delete horizon
 *  35  int64  maxTimestamp          largest of the records, or the log append time
 *  43  int64  producerId            -1 if there is none
 *  51  int16  producerEpoch
 *  53  int32  baseSequence
 *  57  int32  recordCount
 *  61         records
 * </pre>
 *
 * <p>A record is {@code length attributes timestampDelta offsetDelta keyLength key valueLength
 * value headerCount (keyLength key valueLength value)*}. Attributes is one unused byte, every
 * number is a zigzag varint, timestampDelta being the only one of 64 bits, and a length of -1
 * stands for null.
 *
 * <p>Nothing here copies a batch: a {@link mortise.record.RecordBatch} is a view of the caller's
 * buffer, and uncompressed {@link mortise.record.Record records} are slices of it. Who owns what
 * stands in {@code docs/record.md}.
 */
package mortise.record;
