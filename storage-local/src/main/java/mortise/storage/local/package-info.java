/**
 * Partition logs on local disk, in Apache Kafka's directory and file formats.
 *
 * <p>A log directory holds {@code .lock}, {@code mortise-directory} (its identity, ours), {@code
 * .kafka_cleanshutdown} (present only after a clean stop), {@code
 * recovery-point-offset-checkpoint}, {@code log-start-offset-checkpoint} and {@code
 * cleaner-offset-checkpoint} (Kafka's text: version 0, count, one line {@code topic partition
 * offset} each), {@code mortise-logs} (ours: {@code version: 0}, one line {@code topic partition
 * topicId} each), and a directory {@code <topic>-<partition>} per log.
 *
 * <p>A log's directory holds {@code partition.metadata} (Kafka's text: {@code version: 0}, {@code
 * topic_id: …}), {@code segment-manifest} (ours: lines {@code version: 1}, {@code topic id}, {@code
 * sealed base end bytes index timeindex txnindex}, {@code active base end bytes} with those three
 * or without, {@code compacted base end bytes}, {@code gap from to}, {@code cut offset} and {@code
 * start offset}, each followed by a space and the CRC-32C of what stands before it in 8 hexadecimal
 * digits; the three are the CRC-32C of the index files, as decimal numbers; version 0 has none of
 * them, and no checksum behind its first line; what each means stands in {@code docs/storage.md})
 * and per segment, named by 20 digits of its base offset:
 *
 * <ul>
 *   <li>{@code .log}: record batches, magic 2, back to back; a batch length of zero ends the data
 *   <li>{@code .index}: 8 bytes an entry, the last offset of a batch relative to the base offset
 *       (4), and the batch's position (4); an entry about every {@code index.interval.bytes}
 *   <li>{@code .timeindex}: 12 bytes an entry, the largest timestamp so far (8), and the last
 *       offset of the batch that has it, relative to the base offset (4); timestamps grow
 *   <li>{@code .txnindex}: 34 bytes an entry, for each marker in the segment that aborts a
 *       transaction: version 0 (2), producer ID (8), first offset of the transaction (8), offset of
 *       the marker (8), last stable offset (8); no file if there is none
 *   <li>{@code .snapshot}: producer state as of the offset in the name, Kafka's format
 *   <li>{@code .producers}: the latest batches of those producers (ours); the broker writes both
 * </ul>
 *
 * and beside them {@code leader-epoch-checkpoint} (Kafka's text) with {@code <offset>.epochs}
 * (ours), the same content under the offset as of which it was written, and a last line {@code
 * checksum} with its CRC-32C in 8 hexadecimal digits. Integers are big-endian. {@code .deleted}
 * files and {@code -delete} directories await removal; {@code .cleaned} files are segments that
 * compaction has not put in their place yet; {@code .tmp} files are unfinished writes.
 */
package mortise.storage.local;
