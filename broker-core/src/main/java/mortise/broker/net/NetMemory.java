package mortise.broker.net;

import mortise.api.config.Config;

/**
 * The broker-wide bounds of what connections hold. Each limiter is thread-safe.
 *
 * @param inflight bytes received, of requests in flight and incomplete frames
 * @param heap what requests in flight decoded to
 * @param unsent answers, from before they are built until clients have taken them
 */
record NetMemory(InflightLimiter inflight, HeapLimiter heap, UnsentLimiter unsent) {
    /** Nothing is held yet. */
    static NetMemory of(Config config, Runnable unsentExhausted) {
        return new NetMemory(
                new InflightLimiter(config.get(NetSettings.MAX_INFLIGHT_BYTES).bytes()),
                new HeapLimiter(
                        Math.min(
                                config.get(NetSettings.MAX_INFLIGHT_DECODED_BYTES).bytes(),
                                Runtime.getRuntime().maxMemory() / 4)),
                new UnsentLimiter(
                        config.get(NetSettings.MAX_UNSENT_BYTES).bytes(), unsentExhausted));
    }

    /** Shows how much is held. */
    void gauges(NetTelemetry telemetry) {
        telemetry.gauge(
                "net_inflight_bytes",
                "Received data held for requests in flight and incomplete frames.",
                inflight::heldBytes);
        telemetry.gauge(
                "net_decoded_bytes",
                "Heap held by decoded requests in flight, to within 64 KiB for each event loop.",
                heap::heldBytes);
        telemetry.gauge(
                "net_unsent_bytes",
                "Memory of answers, from before they are built until clients have taken them.",
                unsent::heldBytes);
    }
}
