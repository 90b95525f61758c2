package mortise.broker.partition;

import mortise.api.metrics.Counter;
import mortise.api.metrics.Histogram;
import mortise.api.metrics.Metrics;

/** What moves of logs to other directories count, all of them together. Thread-safe. */
record LogMoveMetrics(Counter copiedBytes, Counter failures, Histogram standingNanos) {
    /** Registers them. */
    static LogMoveMetrics in(Metrics metrics) {
        return new LogMoveMetrics(
                metrics.counter(
                        "partition_move_copied_bytes_total",
                        "Bytes of batches copied to other log directories."),
                metrics.counter(
                        "partition_move_failures_total",
                        "Moves to another log directory that were given up."),
                metrics.histogram(
                        "partition_move_standing_nanos",
                        "How long the writer of a partition stood still for the last step of its move."));
    }
}
