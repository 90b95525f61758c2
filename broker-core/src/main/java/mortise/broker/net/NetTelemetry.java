package mortise.broker.net;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Histogram;
import mortise.api.metrics.Metrics;

/** What the network counts. Thread-safe. */
final class NetTelemetry {
    private final Metrics metrics;
    private final Counter opened;
    private final Map<CloseReason, Counter> closed = new EnumMap<>(CloseReason.class);
    private final Counter receivedBytes;
    private final Counter sentBytes;
    private final Counter requests;
    private final Histogram queueNanos;
    private final Histogram decodeNanos;
    private final Histogram handleNanos;
    private final Histogram respondNanos;

    NetTelemetry(Metrics metrics) {
        this.metrics = metrics;
        opened = metrics.counter("net_connections_opened_total", "Connections accepted.");
        for (CloseReason reason : CloseReason.values()) {
            closed.put(
                    reason,
                    metrics.counter(
                            "net_connections_closed_"
                                    + reason.name().toLowerCase(Locale.ROOT)
                                    + "_total",
                            reason.doc()));
        }
        receivedBytes = metrics.counter("net_received_bytes", "Bytes read from clients.");
        sentBytes = metrics.counter("net_sent_bytes", "Bytes of responses given to sockets.");
        requests = metrics.counter("net_requests_total", "Requests whose header was read.");
        queueNanos =
                metrics.histogram(
                        "net_queue_nanos",
                        "From a request's arrival until it starts, the first request of each read.");
        decodeNanos =
                metrics.histogram(
                        "net_decode_nanos",
                        "What decoding a request takes, the first request of each read.");
        handleNanos =
                metrics.histogram(
                        "net_handle_nanos",
                        "From a handler's start until its answer, the first request of each read.");
        respondNanos =
                metrics.histogram(
                        "net_respond_nanos",
                        "From an answer until it is encoded, earlier answers of the connection included, the first request of each read.");
    }

    void gauge(String name, String doc, LongSupplier value) {
        metrics.gauge(name, doc, value);
    }

    void opened() {
        opened.increment();
    }

    void closed(CloseReason reason) {
        Counter counter = closed.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    /** A run of reads, and the requests that it began. */
    void received(int bytes, int begun) {
        receivedBytes.add(bytes);
        if (begun > 0) {
            requests.add(begun);
        }
    }

    void sent(long bytes) {
        sentBytes.add(bytes);
    }

    void started(long queued, long decoded) {
        queueNanos.record(queued);
        decodeNanos.record(decoded);
    }

    void answered(long handled, long responded) {
        handleNanos.record(handled);
        respondNanos.record(responded);
    }
}
