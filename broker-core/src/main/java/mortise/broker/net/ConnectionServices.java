package mortise.broker.net;

import mortise.api.Clock;
import mortise.broker.request.RequestRouter;

/** What all connections of a server share. */
record ConnectionServices(
        ConnectionBounds bounds,
        RequestRouter router,
        NetMemory memory,
        NetTelemetry telemetry,
        PeerLog peers,
        Clock clock,
        Server server) {
    /** What a connection tells its server, on its event loop. */
    interface Server {
        /** A connection has to wait for memory that others hold. */
        void memoryShort();

        /** A connection has ended; once each. */
        void connectionClosed();
    }

    InflightLimiter limiter() {
        return memory.inflight();
    }

    HeapLimiter heap() {
        return memory.heap();
    }

    UnsentLimiter unsent() {
        return memory.unsent();
    }
}
