package mortise.broker.cluster.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.broker.cluster.TestCluster;
import mortise.broker.request.Access;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.WireErrors;
import mortise.broker.runtime.Blocking;
import mortise.spi.auth.Action;
import mortise.spi.auth.Authorizer;
import mortise.spi.auth.Principal;
import mortise.spi.storage.LogDirectory;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.PluginActivityField;
import org.jspecify.annotations.Nullable;

/** The cluster APIs over a cluster in one thread. Requests and answers go over the wire. */
final class TestApis {
    static final PluginActivityField.Activity ACTIVITY =
            new PluginActivityField.Activity("storage", "local", "started", 12, 3_400, 1);

    final TestCluster cluster;

    /** What the client may not do. */
    final Set<Action> forbidden = new HashSet<>();

    /** Work that was sent off the event loop. */
    final List<String> blocking = new ArrayList<>();

    /** Directories that cannot be used, with the reason. */
    @Nullable String directoryFailure;

    @Nullable HostPort advertised;

    private final List<ApiHandler<?>> handlers;

    TestApis(Map<String, String> config) {
        this(TestCluster.started(config));
    }

    TestApis(TestCluster cluster) {
        this.cluster = cluster;
        Access access =
                new Access(
                        new Authorizer() {
                            @Override
                            public boolean allows(Principal principal, String host, Action action) {
                                return !forbidden.contains(action);
                            }

                            @Override
                            public void close() {}
                        });
        handlers =
                ClusterApis.handlers(
                        TestCluster.NODE,
                        cluster.publisher,
                        cluster.loop,
                        cluster.configs,
                        cluster.config,
                        new Logs(),
                        () -> List.of(ACTIVITY),
                        access,
                        new Blocking() {
                            @Override
                            public <T> CompletionStage<T> run(String what, Callable<T> task) {
                                blocking.add(what);
                                try {
                                    return CompletableFuture.completedStage(task.call());
                                } catch (Exception failure) {
                                    return CompletableFuture.failedStage(failure);
                                }
                            }
                        });
    }

    /** Two directories of which the first holds what the applier opened. */
    private final class Logs implements LocalLogs {
        private final LogDirectory first = directory("/data/1", 1);
        private final LogDirectory second = directory("/data/2", 2);

        @Override
        public List<LogDirectory> directories() {
            return List.of(first, second);
        }

        @Override
        public Collection<LocalLog> logs() {
            List<LocalLog> logs = new ArrayList<>();
            cluster.applier.stored.forEach(log ->
                    logs.add(
                            new LocalLog(
                                    log.partition(),
                                    first,
                                    100 + log.partition().partition(),
                                    3,
                                    false)));
            return logs;
        }

        private LogDirectory directory(String location, int number) {
            return new LogDirectory() {
                @Override
                public UUID id() {
                    return new UUID(0, number);
                }

                @Override
                public String location() {
                    return location;
                }

                @Override
                public Optional<String> failure() {
                    return number == 2 ? Optional.ofNullable(directoryFailure) : Optional.empty();
                }

                @Override
                public Space space() {
                    return new Space(1_000, 400);
                }
            };
        }
    }

    List<ApiHandler<?>> handlers() {
        return handlers;
    }

    ApiHandler<?> handler(ApiKey key) {
        return handlers.stream()
                .filter(handler -> handler.apiKey() == key)
                .findFirst()
                .orElseThrow();
    }

    /** A request on its way; {@link TestCluster#run} carries it on. */
    @SuppressWarnings("unchecked")
    <Q extends ApiMessage> TestRequest send(ApiKey key, int version, Q request) {
        ApiHandler<Q> handler = (ApiHandler<Q>) handler(key);
        TestRequest context = new TestRequest(key, version, advertised);
        Q received = TestRequest.overTheWire(request, (Q) key.newRequest(), (short) version);
        try {
            handler.handle(context, received);
        } catch (RuntimeException failure) {
            // As the router does.
            ErrorCode error = WireErrors.of(failure);
            context.respond(
                    handler.failure(received, (short) version, error, WireErrors.reason(failure)));
        }
        return context;
    }

    /** The answer to a request; its type is the key's. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    <R extends ApiMessage> R call(ApiKey key, int version, ApiMessage request) {
        TestRequest context = send(key, version, request);
        cluster.run();
        return (R) context.response();
    }
}
