package mortise.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.PluginContext;
import mortise.spi.auth.Action;
import mortise.spi.auth.Authorizer;
import mortise.spi.auth.AuthorizerProvider;
import mortise.spi.auth.Principal;
import mortise.spi.placement.ClusterView;
import mortise.spi.placement.Placement;
import mortise.spi.placement.PlacementProvider;
import mortise.spi.placement.PlacementRequest;
import mortise.spi.placement.ReplicaPlacement;
import mortise.spi.telemetry.Health;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of plugin is created, started, used and closed alike. */
class PluginLifecycleTest {
    @TempDir private Path directory;

    /** What a plugin does when it starts. */
    private interface Start {
        void run() throws Exception;
    }

    /** An authoriser that lets a test look. */
    private static final class Gate implements AuthorizerProvider, Authorizer {
        private final Start start;
        private volatile boolean started;
        private volatile boolean closed;
        private volatile String failure = "";

        Gate(Start start) {
            this.start = start;
        }

        @Override
        public String name() {
            return "gate";
        }

        @Override
        public ConfigSchema config() {
            return ConfigSchema.empty();
        }

        @Override
        public boolean usesDataDirectory(Config config) {
            return false;
        }

        @Override
        public Authorizer create(Config config, PluginContext context) {
            return this;
        }

        @Override
        public void start() throws Exception {
            start.run();
            started = true;
        }

        @Override
        public Optional<String> failure() {
            return failure.isEmpty() ? Optional.empty() : Optional.of(failure);
        }

        @Override
        public boolean allows(Principal principal, String host, Action action) {
            return true;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** A placement for one broker. */
    private record Rack(Start starting) implements PlacementProvider {
        @Override
        public String name() {
            return "rack";
        }

        @Override
        public ConfigSchema config() {
            return ConfigSchema.empty();
        }

        @Override
        public boolean usesDataDirectory(Config config) {
            return false;
        }

        @Override
        public ReplicaPlacement create(Config config, PluginContext context) {
            return new ReplicaPlacement() {
                @Override
                public void start() throws Exception {
                    starting.run();
                }

                @Override
                public Placement place(ClusterView cluster, PlacementRequest request) {
                    return new Placement.Placed(
                            Collections.nCopies(request.partitionCount(), List.of(0)));
                }
            };
        }
    }

    private BrokerBuilder with(Gate gate, Start rack) {
        return new BrokerBuilder()
                .plugin(gate)
                .plugin(new Rack(rack))
                .set("plugins.authorizer", "gate")
                .set("plugins.placement", "rack")
                .set("plugins.storage", "memory")
                .set("consensus.raft.storage", "memory")
                .set("data.directory", directory.toString())
                .set("listeners", "127.0.0.1:0");
    }

    @Test
    void pluginsStartSideBySideOnVirtualThreadsBeforeTheBrokerIsReady() {
        CyclicBarrier together = new CyclicBarrier(2);
        Start meeting =
                () -> {
                    assertThat(Thread.currentThread().isVirtual()).isTrue();
                    together.await(1, TimeUnit.MINUTES);
                };
        Gate gate = new Gate(meeting);
        try (Broker broker = with(gate, meeting).start()) {
            assertThat(gate.started).isTrue();
            assertThat(broker.status().plugins())
                    .extracting(BrokerStatus.Plugin::state)
                    .containsOnly("started");
            assertThat(gate.closed).isFalse();
        }
        assertThat(gate.closed).isTrue();
    }

    @Test
    void oneThatDoesNotStartIsNamedWithTheChainOfCausesAndAllAreClosed() {
        Gate gate =
                new Gate(() -> {
                    throw new IllegalStateException(
                            "reading rules", new IOException("db:5432", new ConnectException()));
                });
        assertThatThrownBy(() -> with(gate, () -> {}).start())
                .isInstanceOf(BrokerStartException.class)
                .hasMessage(
                        "authorizer plugin 'gate' (handed in) failed in start: java.lang.IllegalStateException: reading rules, caused by java.io.IOException: db:5432, caused by java.net.ConnectException");
        assertThat(gate.closed).isTrue();
    }

    @Test
    void oneThatIsNotReadyInTimeIsNamedWithItsOwnLine() {
        CountDownLatch end = new CountDownLatch(1);
        Gate gate = new Gate(() -> end.await(1, TimeUnit.MINUTES));
        try {
            assertThatThrownBy(() ->
                            with(gate, () -> {})
                                    .set("plugins.start-timeout", "100ms")
                                    .set("plugins.stop-timeout", "10ms")
                                    .start())
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessageMatching(
                            "authorizer plugin 'gate' \\(handed in\\) did not return from start within 100ms; it is at .*PluginLifecycleTest.*");
            // a plugin is never closed while it starts
            assertThat(gate.closed).isFalse();
        } finally {
            end.countDown();
        }
    }

    @Test
    void aFailureEndsTheStartThoughOthersAreStillStarting() {
        CountDownLatch end = new CountDownLatch(1);
        Gate slow = new Gate(() -> end.await(1, TimeUnit.MINUTES));
        try {
            assertThatThrownBy(() ->
                            with(
                                            slow,
                                            () -> {
                                                throw new IOException("no racks");
                                            })
                                    .set("plugins.stop-timeout", "10ms")
                                    .start())
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessage(
                            "placement plugin 'rack' (handed in) failed in start: java.io.IOException: no racks");
        } finally {
            end.countDown();
        }
    }

    @Test
    void oneThatSaysThatItFailedIsShownInHealthAndStatusUntilItRecovers() {
        Gate gate = new Gate(() -> {});
        RecordingExporter exporter = new RecordingExporter("one");
        try (Broker broker =
                with(gate, () -> {}).plugin(exporter).set("plugins.metrics", "one").start()) {
            assertThat(exporter.ready().good()).isTrue();

            gate.failure = "the rules are older than an hour\u001b[2J";

            assertThat(exporter.ready().reasons())
                    .containsExactly(
                            new Health.Reason(
                                    "plugin-failed",
                                    "authorizer plugin 'gate' (handed in): the rules are older than an hour\\x1b[2J"));
            assertThat(broker.status().plugins())
                    .filteredOn(plugin -> plugin.name().equals("gate"))
                    .extracting(BrokerStatus.Plugin::state)
                    .containsExactly("failed");

            gate.failure = "";

            assertThat(exporter.ready().good()).isTrue();
        }
    }
}
