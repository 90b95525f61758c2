package mortise.broker.net;

import mortise.api.Clock;
import mortise.broker.request.RequestRouter;

/**
 * What all connections of a server share.
 *
 * @param onMemoryShort called when a connection has to wait for memory, on its event loop
 * @param onConnectionClosed called once per connection, on its event loop
 */
record ConnectionServices(
        NetSettings settings,
        RequestRouter router,
        InflightLimiter limiter,
        HeapLimiter heap,
        UnsentLimiter unsent,
        NetTelemetry telemetry,
        PeerLog peers,
        Clock clock,
        Runnable onMemoryShort,
        Runnable onConnectionClosed) {
    void memoryShort() {
        onMemoryShort.run();
    }

    void connectionClosed() {
        onConnectionClosed.run();
    }
}
