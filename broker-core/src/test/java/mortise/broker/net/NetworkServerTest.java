package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import mortise.api.Clock;
import mortise.api.HostPort;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.api.metrics.Metrics;
import mortise.broker.request.ListenerEndpoint;
import mortise.broker.request.RequestContext;
import mortise.broker.request.RequestRouter;
import mortise.broker.request.TestFeatures;
import mortise.wire.ApiKey;
import mortise.wire.message.HeartbeatRequest;
import mortise.wire.message.HeartbeatResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NetworkServerTest {
    private static NetworkServer server(Transport transport, ListenerConfig... listeners) {
        return new NetworkServer(
                Config.defaults(NetSettings.SCHEMA),
                List.of(listeners),
                new RequestRouter(List.of(), new TestFeatures(), Metrics.discarding()),
                Clock.system(),
                Metrics.discarding(),
                transport);
    }

    private static ListenerConfig listener(String name, String host, int port) {
        return new ListenerConfig(name, new HostPort(host, port), null);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void everyListenerReportsItsRealPort(Transport transport) {
        HostPort advertised = new HostPort("example.org", 19_092);
        try (NetworkServer server =
                server(
                        transport,
                        listener("PLAINTEXT", "127.0.0.1", 0),
                        new ListenerConfig("EXTERNAL", new HostPort("127.0.0.1", 0), advertised))) {
            server.start();
            List<ListenerEndpoint> endpoints = server.endpoints();
            assertThat(endpoints)
                    .extracting(ListenerEndpoint::name)
                    .containsExactly("PLAINTEXT", "EXTERNAL");
            assertThat(endpoints)
                    .allSatisfy(endpoint -> assertThat(endpoint.bound().port()).isPositive());
            assertThat(endpoints.getLast().advertised()).isEqualTo(advertised);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aPortInUseIsOneLineWithCauseAndRemedy(Transport transport) {
        try (NetworkServer first = server(transport, listener("PLAINTEXT", "127.0.0.1", 0))) {
            first.start();
            int port = first.endpoints().getFirst().bound().port();
            try (NetworkServer second =
                    server(
                            transport,
                            listener("OTHER", "127.0.0.1", 0),
                            listener("PLAINTEXT", "127.0.0.1", port))) {
                assertThatThrownBy(second::start)
                        .isInstanceOf(ListenException.class)
                        .hasMessage(
                                "listener PLAINTEXT cannot listen on 127.0.0.1:"
                                        + port
                                        + ": another process uses port "
                                        + port
                                        + "; stop it (ss -tanp names it), or choose another port with --listen HOST:PORT");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void anAddressOfAnotherMachineIsNamed(Transport transport) {
        try (NetworkServer server = server(transport, listener("PLAINTEXT", "192.0.2.1", 0))) {
            assertThatThrownBy(server::start)
                    .isInstanceOf(ListenException.class)
                    .hasMessageContaining("192.0.2.1 is no address of this machine")
                    .hasMessageContaining("--advertise");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aNameWithoutAnAddressIsNamed(Transport transport) {
        try (NetworkServer server =
                server(transport, listener("PLAINTEXT", "no-such-host.invalid", 0))) {
            assertThatThrownBy(server::start)
                    .isInstanceOf(ListenException.class)
                    .hasMessageContaining("no-such-host.invalid has no address");
        }
    }

    @Test
    void closingAnswersWhatIsInFlightAndStartsNothingNew() throws Exception {
        BlockingQueue<RequestContext> started = new LinkedBlockingQueue<>();
        // on one event loop, the busy connection has been told before the idle one is seen to go
        TestServer server =
                TestServer.with(
                        Transport.best(),
                        Clock.system(),
                        Map.of("net.threads", "1"),
                        new ScriptedHandler<HeartbeatRequest>(
                                ApiKey.HEARTBEAT, (context, request) -> started.add(context)));
        try (RawClient busy = server.client();
                RawClient idle = server.client()) {
            byte[] request = RawClient.frame(ApiKey.HEARTBEAT, 4, 1, new HeartbeatRequest());
            busy.send(request);
            RequestContext inFlight = started.take();
            Thread closing = Thread.ofPlatform().start(server::close);
            assertThat(idle.closedByServer()).as("an idle connection goes at once").isTrue();
            busy.send(request);
            inFlight.respond(new HeartbeatResponse());
            assertThat(busy.receiveCorrelationId()).isEqualTo(1);
            assertThat(busy.closedByServer()).isTrue();
            closing.join();
            assertThat(started).isEmpty();
            assertThat(server.server().connections()).isZero();
        }
    }

    @Test
    void closingWaitsNoLongerThanItsBound() throws Exception {
        BlockingQueue<RequestContext> started = new LinkedBlockingQueue<>();
        TestServer server =
                TestServer.with(
                        Transport.best(),
                        Clock.system(),
                        Map.of("net.shutdown-timeout", "50ms"),
                        new ScriptedHandler<HeartbeatRequest>(
                                ApiKey.HEARTBEAT, (context, request) -> started.add(context)));
        try (RawClient client = server.client()) {
            client.send(RawClient.frame(ApiKey.HEARTBEAT, 4, 1, new HeartbeatRequest()));
            RequestContext unanswered = started.take();
            server.close();
            assertThat(client.closedByServer()).isTrue();
            unanswered.respondNothing();
            assertThat(server.server().inflightBytes()).isZero();
        }
    }

    @Test
    void whatWaitsForItsEventLoopAfterTheEndStillRunsAndLetsGo() throws Exception {
        BlockingQueue<RequestContext> started = new LinkedBlockingQueue<>();
        TestServer server =
                TestServer.with(
                        new ScriptedHandler<HeartbeatRequest>(
                                ApiKey.HEARTBEAT, (context, request) -> started.add(context)));
        RequestContext parked;
        try (RawClient client = server.client()) {
            client.send(RawClient.frame(ApiKey.HEARTBEAT, 4, 1, new HeartbeatRequest()));
            parked = started.take();
        }
        server.close();
        parked.execute(() -> parked.respond(new HeartbeatResponse()));
        assertThat(server.server().inflightBytes()).isZero();
    }

    @Test
    void aRequestThatWaitsHearsThatItsConnectionHasClosedAndCanLetGo() throws Exception {
        BlockingQueue<RequestContext> started = new LinkedBlockingQueue<>();
        try (TestServer server =
                TestServer.with(
                        new ScriptedHandler<HeartbeatRequest>(
                                ApiKey.HEARTBEAT,
                                (context, request) -> {
                                    context.orderingPointPassed();
                                    context.whenConnectionClosed(context::respondNothing);
                                    started.add(context);
                                }))) {
            RequestContext last;
            try (RawClient client = server.client()) {
                for (int i = 0; i < 3; i++) {
                    client.send(RawClient.frame(ApiKey.HEARTBEAT, 4, i, new HeartbeatRequest()));
                    started.take();
                }
                client.send(RawClient.frame(ApiKey.HEARTBEAT, 4, 3, new HeartbeatRequest()));
                last = started.take();
                assertThat(server.server().inflightBytes()).isPositive();
            }
            Eventually.is("all memory given back", () -> server.server().inflightBytes() == 0);

            AtomicInteger late = new AtomicInteger();
            last.whenConnectionClosed(late::incrementAndGet);
            assertThat(late).as("closed before it said that it waits").hasValue(1);
        }
    }

    @Test
    void aServerThatWasNeverStartedClosesWithoutAWord() {
        server(Transport.best(), listener("PLAINTEXT", "127.0.0.1", 0)).close();
    }

    @Test
    void defaultsAreKafkasWhereKafkaHasThem() {
        Config defaults = Config.defaults(NetSettings.SCHEMA);
        assertThat(defaults.get(NetSettings.MAX_REQUEST_BYTES).bytes()).isEqualTo(104_857_600);
        assertThat(defaults.get(NetSettings.IDLE_TIMEOUT)).hasMinutes(10);
        Config kafkas =
                Config.of(NetSettings.SCHEMA, Map.of("socket.request.max.bytes", "2097152"));
        assertThat(kafkas.get(NetSettings.MAX_REQUEST_BYTES).bytes()).isEqualTo(2 << 20);
    }

    @Test
    void aRequestBoundBeyondTheMemoryBoundIsRefused() {
        assertThatThrownBy(() ->
                        NetSettings.check(
                                Config.of(
                                        NetSettings.SCHEMA,
                                        Map.of("net.max-inflight-bytes", "10MiB"))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("net.max-inflight-bytes")
                .hasMessageContaining("net.max-request-bytes");
    }
}
