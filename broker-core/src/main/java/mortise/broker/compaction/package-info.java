/**
 * Compaction of logs: of the records with one key, the last stays. A {@link
 * mortise.broker.compaction.CompactionRun} reads what is new of a log into {@link
 * mortise.broker.compaction.KeyOffsets}, and has the log's store rewrite its sealed segments
 * through a {@link mortise.broker.compaction.BatchFilter}. What goes and what stays is Apache
 * Kafka's rule: KIP-58 and KIP-354 (lags), KIP-534 (delete horizons), and the handling of
 * transactions that came with KIP-98. {@code docs/compaction.md} tells it as a whole.
 *
 * <p>The {@link mortise.broker.compaction.Compactor} chooses what is due; it knows logs and rules,
 * and no partitions.
 */
package mortise.broker.compaction;
