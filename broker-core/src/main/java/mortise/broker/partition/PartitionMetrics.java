package mortise.broker.partition;

import mortise.api.metrics.Counter;
import mortise.api.metrics.Histogram;
import mortise.api.metrics.Metrics;

/** What partitions count, all of them together. Thread-safe. */
record PartitionMetrics(
        Counter appendedBytes,
        Counter appendedRecords,
        Counter appendedBatches,
        Counter refusedBatches,
        Counter duplicateBatches,
        Histogram appendNanos,
        Histogram batchesPerAppend) {
    static PartitionMetrics in(Metrics metrics) {
        return new PartitionMetrics(
                metrics.counter(
                        "partition_appended_bytes_total",
                        "Bytes of produced batches written to logs."),
                metrics.counter(
                        "partition_appended_records_total", "Records in batches written to logs."),
                metrics.counter(
                        "partition_appended_batches_total", "Produced batches written to logs."),
                metrics.counter(
                        "partition_refused_batches_total",
                        "Produced batches answered with an error by a partition."),
                metrics.counter(
                        "partition_duplicate_batches_total",
                        "Batches that were in the log already and were acknowledged with their first offset."),
                metrics.histogram(
                        "partition_append_nanos",
                        "Duration of one write to a log, the roll included."),
                metrics.histogram(
                        "partition_append_set_batches", "Batches that shared one write to a log."));
    }
}
