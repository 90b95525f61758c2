package mortise.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import mortise.api.Clock;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.broker.partition.FakeRequest;
import mortise.broker.partition.PartitionRig;
import mortise.broker.request.ClientNetwork;
import mortise.broker.request.ListenerEndpoint;
import mortise.broker.request.RequestRouter;
import mortise.broker.runtime.ThreadedExecution;
import mortise.broker.telemetry.BrokerMetrics;
import mortise.consensus.raft.RaftProvider;
import mortise.record.RecordBatch;
import mortise.spi.Capability;
import mortise.spi.PluginContext;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.StorageProvider;
import mortise.storage.local.LocalStorageProvider;
import mortise.tck.storage.FaultyLogStore;
import mortise.tck.storage.FaultyLogStore.Gate;
import mortise.tck.storage.StorageCall;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.CreateTopicsResponse;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.ProduceResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Work of one kind that waits for a disk delays no other kind. */
class LanesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int READS = 64;

    @TempDir private Path directory;

    /** The local store, whose calls a test can hold up. */
    private record HeldStorage(StorageProvider real, AtomicReference<FaultyLogStore> made)
            implements StorageProvider {
        @Override
        public String name() {
            return real.name();
        }

        @Override
        public ConfigSchema config() {
            return real.config();
        }

        @Override
        public Set<Capability> capabilities() {
            return real.capabilities();
        }

        @Override
        public LogStore create(Config config, PluginContext context) {
            FaultyLogStore store = FaultyLogStore.over(real.create(config, context));
            made.set(store);
            return store;
        }
    }

    /** A network that a test speaks to directly. */
    private static final class OpenRouter implements ClientNetwork {
        private RequestRouter router;

        ClientNetwork over(RequestRouter served) {
            router = served;
            return this;
        }

        FakeRequest send(int version, ApiMessage request) {
            FakeRequest context = new FakeRequest(ApiKey.find(request.apiKey()), version);
            router.handle(context, request);
            return context;
        }

        <T extends ApiMessage> T ask(int version, ApiMessage request, Class<T> type)
                throws InterruptedException {
            FakeRequest context = send(version, request);
            assertThat(context.awaitAnswer(PATIENCE)).isTrue();
            return context.answer(type);
        }

        @Override
        public List<ListenerEndpoint> open() {
            return List.of(new ListenerEndpoint("PLAINTEXT", new HostPort("127.0.0.1", 1), null));
        }

        @Override
        public void accept() {}

        @Override
        public CompletionStage<?> close() {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> abort() {
            return close();
        }
    }

    private final AtomicReference<FaultyLogStore> store = new AtomicReference<>();
    private final OpenRouter network = new OpenRouter();

    private BrokerCore started(Map<String, String> config) throws Exception {
        Assembly assembly =
                new BrokerBuilder()
                        .plugin(new HeldStorage(new LocalStorageProvider(), store))
                        .plugin(new RaftProvider())
                        .set("data.directory", directory.toString())
                        .layer("test", config)
                        .assembly();
        BrokerMetrics metrics = new BrokerMetrics();
        BrokerCore core =
                new BrokerCore(
                        assembly,
                        new ThreadedExecution(Clock.system(), new SplittableRandom(1), metrics),
                        metrics,
                        network::over,
                        null);
        get(core.start());
        return core;
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private void createTopic(String name) throws InterruptedException {
        assertThat(
                        network.ask(4, Requests.createTopic(name), CreateTopicsResponse.class)
                                .topics()
                                .getFirst()
                                .errorCode())
                .isEqualTo(ErrorCode.NONE.code());
    }

    private void produce(String topic) throws InterruptedException {
        assertThat(
                        network.ask(9, Requests.produce(topic, recent()), ProduceResponse.class)
                                .responses()
                                .getFirst()
                                .partitionResponses()
                                .getFirst()
                                .errorCode())
                .isEqualTo(ErrorCode.NONE.code());
    }

    /** Not so old that retention lets go of it. */
    private static RecordBatch recent() {
        return PartitionRig.batch(3, 10, -1, (short) -1, -1, Clock.system().wallMillis());
    }

    @Test
    void sixtyFourSlowReadsDelayNeitherTopicsNorRolesNorRetention() throws Exception {
        BrokerCore before = started(Map.of());
        createTopic("t");
        produce("t");
        get(before.close()); // so that what was written is no longer known to be in memory
        BrokerCore core = started(Map.of("log.retention-check-interval", "1s"));
        FaultyLogStore held = store.get();
        List<Gate> reads = new ArrayList<>();
        for (int i = 1; i <= READS; i++) {
            reads.add(held.hold(StorageCall.READ, i));
        }
        List<FakeRequest> fetches = new ArrayList<>();
        for (int i = 0; i < READS + 8; i++) {
            fetches.add(network.send(12, Requests.fetch("t", 0)));
        }
        for (Gate read : reads) {
            read.awaitArrival();
        }

        createTopic("u"); // its partition is opened and led
        produce("u");
        Gate retention = held.hold(StorageCall.RETAINED_FROM, 1);
        retention.awaitArrival();
        retention.open();

        assertThat(fetches).noneMatch(FakeRequest::answered);
        reads.forEach(Gate::open);
        for (FakeRequest fetch : fetches) {
            assertThat(fetch.awaitAnswer(PATIENCE)).isTrue();
            assertThat(
                            fetch.answer(FetchResponse.class)
                                    .responses()
                                    .getFirst()
                                    .partitions()
                                    .getFirst()
                                    .records()
                                    .sizeInBytes())
                    .isPositive();
        }
        get(core.close());
    }
}
