package mortise.broker.fetch;

import mortise.api.metrics.Counter;
import mortise.api.metrics.Metrics;

/** What fetches count. Thread-safe. */
record FetchTelemetry(Counter fetchedBytes, Counter parkedFetches, Counter coldFetches) {
    static FetchTelemetry in(Metrics metrics) {
        return new FetchTelemetry(
                metrics.counter(
                        "fetch_answered_bytes_total", "Bytes of records in fetch responses."),
                metrics.counter(
                        "fetch_parked_total", "Times that a fetch began to wait for more data."),
                metrics.counter(
                        "fetch_cold_total",
                        "Fetches that were read on a virtual thread, because their data may have been cold."));
    }
}
