package mortise.broker.net;

import java.util.List;
import java.util.Map;
import mortise.api.Clock;
import mortise.api.HostPort;
import mortise.api.config.Config;
import mortise.api.metrics.Metrics;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestRouter;
import mortise.broker.request.TestFeatures;

/** A server with a test's handlers on a free port of the loopback. */
final class TestServer implements AutoCloseable {
    private final NetworkServer server;

    private TestServer(NetworkServer server) {
        this.server = server;
        server.start();
    }

    static TestServer with(ApiHandler<?>... handlers) {
        return with(Transport.best(), Clock.system(), Map.of(), handlers);
    }

    static TestServer with(
            Transport transport,
            Clock clock,
            Map<String, String> settings,
            ApiHandler<?>... handlers) {
        return new TestServer(
                new NetworkServer(
                        Config.of(NetSettings.SCHEMA, settings),
                        List.of(
                                new ListenerConfig(
                                        "PLAINTEXT", new HostPort("127.0.0.1", 0), null)),
                        new RequestRouter(
                                List.of(handlers), new TestFeatures(), Metrics.discarding()),
                        clock,
                        Metrics.discarding(),
                        transport));
    }

    int port() {
        return server.endpoints().getFirst().bound().port();
    }

    NetworkServer server() {
        return server;
    }

    RawClient client() {
        return RawClient.connect(port());
    }

    @Override
    public void close() {
        server.close();
    }
}
