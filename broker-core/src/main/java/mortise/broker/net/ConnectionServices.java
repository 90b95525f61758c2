package mortise.broker.net;

import mortise.api.Clock;
import mortise.broker.request.RequestRouter;

/**
 * What all connections of a server share.
 *
 * @param onConnectionClosed called once per connection, on its event loop
 */
record ConnectionServices(
        NetSettings settings,
        RequestRouter router,
        InflightLimiter limiter,
        UnsentLimiter unsent,
        NetTelemetry telemetry,
        PeerLog peers,
        Clock clock,
        Runnable onConnectionClosed) {
    void connectionClosed() {
        onConnectionClosed.run();
    }
}
