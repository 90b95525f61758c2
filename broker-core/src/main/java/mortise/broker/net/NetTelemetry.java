package mortise.broker.net;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import mortise.api.ErrorCode;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Family;
import mortise.api.metrics.Histogram;
import mortise.api.metrics.Labels;
import mortise.api.metrics.Metrics;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import org.jspecify.annotations.Nullable;

/** What the network counts. Thread-safe. */
final class NetTelemetry {
    private static final int APIS =
            1 + Arrays.stream(ApiKey.values()).mapToInt(ApiKey::id).max().orElse(0);

    /** More pairs of API and error than are seen in practice. */
    private static final int MOST_ERRORS = 500;

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
    private final Family<Histogram> requestNanos;
    private final Family<Counter> requestErrors;

    // By API; filled when first used, which may happen twice, with the same object.
    private final @Nullable Histogram[] nanosOf = new Histogram[APIS];
    private final @Nullable IntConsumer[] errorsOf = new IntConsumer[APIS];

    NetTelemetry(Metrics metrics) {
        this.metrics = metrics;
        opened = metrics.counter("net_connections_opened_total", "Connections accepted.");
        Family<Counter> closings =
                metrics.counters(
                        "net_connections_closed_total",
                        "Connections that ended, by cause.",
                        Labels.of(CloseReason.values().length, "cause"));
        for (CloseReason reason : CloseReason.values()) {
            closed.put(reason, closings.with(reason.text()));
        }
        receivedBytes = metrics.counter("net_received_bytes_total", "Bytes read from clients.");
        sentBytes = metrics.counter("net_sent_bytes_total", "Bytes of responses given to sockets.");
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
        requestNanos =
                metrics.histograms(
                        "request_nanos",
                        "From a request's arrival until its answer, waiting for data or replicas included, the first request of each read.",
                        Labels.of(APIS, "api"));
        requestErrors =
                metrics.counters(
                        "request_errors_total",
                        "Error codes in answers: one for each partition, topic or other part of a request that failed.",
                        Labels.of(MOST_ERRORS, "api", "error"));
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

    void answered(ApiKey api, long inAll, long handled, long responded) {
        handleNanos.record(handled);
        respondNanos.record(responded);
        Histogram nanos = nanosOf[api.id()];
        if (nanos == null) {
            nanos = requestNanos.with(api.apiName());
            nanosOf[api.id()] = nanos;
        }
        nanos.record(inAll);
    }

    /** Counts the errors of an answer. */
    void errors(ApiKey api, ApiMessage response) {
        IntConsumer sink = errorsOf[api.id()];
        if (sink == null) {
            sink =
                    code ->
                            requestErrors
                                    .with(api.apiName(), ErrorCode.of((short) code).name())
                                    .increment();
            errorsOf[api.id()] = sink;
        }
        response.eachErrorCode(sink);
    }
}
