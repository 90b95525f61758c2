package mortise.broker.compaction;

import mortise.api.metrics.Counter;
import mortise.api.metrics.Histogram;
import mortise.api.metrics.Metrics;

/** What compaction counts, all logs together. Thread-safe. */
record CompactionMetrics(
        Counter readBytes,
        Counter keptBytes,
        Counter undecodableBatches,
        Counter keylessRecords,
        Counter failures,
        Histogram nanos) {
    static CompactionMetrics in(Metrics metrics) {
        return new CompactionMetrics(
                metrics.counter(
                        "compaction_read_bytes_total",
                        "Bytes of batches that compaction rewrote or let go."),
                metrics.counter(
                        "compaction_kept_bytes_total", "Bytes of batches that compaction left."),
                metrics.counter(
                        "compaction_undecodable_batches_total",
                        "Batches that compaction could not open and left as they are."),
                metrics.counter(
                        "compaction_keyless_records_total",
                        "Records without a key that compaction let go."),
                metrics.counter(
                        "compaction_failures_total", "Compactions of a log that were given up."),
                metrics.histogram("compaction_nanos", "Duration of one compaction of one log."));
    }

    /** A log was compacted. */
    void compacted(CompactionCounts counts, long tookNanos) {
        readBytes.add(counts.bytesRead());
        keptBytes.add(counts.bytesKept());
        undecodableBatches.add(counts.undecodableBatches());
        keylessRecords.add(counts.keylessRecords());
        nanos.record(tookNanos);
    }
}
