package mortise.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.PluginContext;
import mortise.spi.auth.Action;
import mortise.spi.auth.Authorizer;
import mortise.spi.auth.AuthorizerProvider;
import mortise.spi.auth.Operation;
import mortise.spi.auth.Principal;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** When brokers begin and end, seen by running test classes of its own. */
class ExtensionTest {
    /** What the inner tests saw, in their order. */
    static final Queue<String> SEEN = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void forget() {
        SEEN.clear();
    }

    private static TestExecutionSummary run(Class<?> tests, Map<String, String> parameters) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(tests))
                                .configurationParameters(parameters)
                                .build(),
                        listener);
        return listener.getSummary();
    }

    private static void succeeds(Class<?> tests, int count) {
        succeeds(tests, count, Map.of());
    }

    private static void succeeds(Class<?> tests, int count, Map<String, String> parameters) {
        TestExecutionSummary summary = run(tests, parameters);
        assertThat(summary.getFailures().stream().map(failure -> failure.getException().toString()))
                .isEmpty();
        assertThat(summary.getTestsSucceededCount()).isEqualTo(count);
    }

    private static boolean answers(String address) {
        HostPort parsed = HostPort.parse(address);
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(parsed.host(), parsed.port()));
            return true;
        } catch (ConnectException refused) {
            return false;
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    // ---- one broker for a class

    @MortiseBroker(
            storage = Storage.LOCAL,
            topics = {"orders:3", "bills"},
            config = "log.retention.ms=60000")
    static class AnnotatedClass {
        @Test
        void first(TestBroker broker) {
            SEEN.add(broker.bootstrapServers());
            SEEN.add(String.valueOf(broker.status().dataDirectory()));
            assertThat(broker.status().topics()).isEqualTo(2);
            assertThat(broker.status().partitions()).isEqualTo(4);
        }

        @Test
        void second(TestBroker broker) {
            SEEN.add(broker.bootstrapServers());
            SEEN.add(String.valueOf(broker.status().dataDirectory()));
        }

        @Nested
        class Inner {
            @Test
            void third(TestBroker broker) {
                SEEN.add(broker.bootstrapServers());
                SEEN.add(String.valueOf(broker.status().dataDirectory()));
            }
        }
    }

    @Test
    void theTestsOfAClassShareABrokerThatEndsWithIt() {
        succeeds(AnnotatedClass.class, 3);

        List<String> distinct = SEEN.stream().distinct().toList();
        assertThat(SEEN).hasSize(6);
        assertThat(distinct).hasSize(2);
        assertThat(answers(distinct.get(0))).isFalse();
        assertThat(Path.of(distinct.get(1))).doesNotExist();
    }

    static class StaticField {
        @RegisterExtension
        static final BrokerExtension BROKER =
                BrokerExtension.memory().with("num.partitions", "2").topic("orders", 3);

        @Test
        void field() {
            SEEN.add(BROKER.bootstrapServers());
            assertThat(BROKER.broker().status().dataDirectory()).isNull();
            assertThat(BROKER.broker().status().partitions()).isEqualTo(3);
            assertThat(BROKER.clientConfig())
                    .containsExactly(Map.entry("bootstrap.servers", BROKER.bootstrapServers()));
        }

        @Nested
        class Inner {
            @Test
            void parameter(TestBroker broker) {
                SEEN.add(broker.bootstrapServers());
            }
        }
    }

    @Test
    void aStaticFieldIsABrokerForTheClassAndTheNestedOnes() {
        succeeds(StaticField.class, 2);

        assertThat(SEEN).hasSize(2);
        assertThat(SEEN.stream().distinct()).hasSize(1);
        assertThat(answers(SEEN.element())).isFalse();
    }

    // ---- one broker for a method

    static class InstanceField {
        @RegisterExtension final BrokerExtension broker = BrokerExtension.memory();

        @RepeatedTest(2)
        void each() {
            SEEN.add(broker.broker().status().clusterId());
        }
    }

    @Test
    void anInstanceFieldIsABrokerForEachTest() {
        succeeds(InstanceField.class, 2);

        assertThat(SEEN.stream().distinct()).hasSize(2);
    }

    @MortiseBroker(scope = Scope.METHOD, topics = "orders")
    static class InParallel {
        @RepeatedTest(6)
        void each(TestBroker broker) throws Exception {
            SEEN.add(broker.status().clusterId());
            JavaClient client = JavaClient.of(broker);
            try (var producer = client.producer(Map.of())) {
                producer.send(new ProducerRecord<>("orders", broker.status().clusterId())).get();
            }
            assertThat(client.values("orders", 1)).containsExactly(broker.status().clusterId());
        }
    }

    @Test
    void brokersOfParallelTestsDoNotMeet() {
        succeeds(
                InParallel.class,
                6,
                Map.of(
                        "junit.jupiter.execution.parallel.enabled", "true",
                        "junit.jupiter.execution.parallel.mode.default", "concurrent",
                        "junit.jupiter.execution.parallel.config.strategy", "fixed",
                        "junit.jupiter.execution.parallel.config.fixed.parallelism", "3"));

        assertThat(SEEN.stream().distinct()).hasSize(6);
    }

    @MortiseBroker(scope = Scope.METHOD)
    static class TooEarly {
        TooEarly(TestBroker broker) {
            SEEN.add(broker.bootstrapServers());
        }

        @Test
        void never() {}
    }

    @Test
    void aBrokerForMethodsIsNotThereForConstructors() {
        TestExecutionSummary summary = run(TooEarly.class, Map.of());

        assertThat(summary.getTestsFailedCount()).isEqualTo(1);
        assertThat(summary.getFailures().getFirst().getException())
                .hasMessageContaining("one of scope METHOD is there in @BeforeEach");
    }

    // ---- a plugin of one's own

    /** An authoriser that lets nobody create topics. */
    private static final class NoNewTopics implements AuthorizerProvider {
        @Override
        public String name() {
            return "no-new-topics";
        }

        @Override
        public ConfigSchema config() {
            return ConfigSchema.of();
        }

        @Override
        public boolean usesDataDirectory(Config config) {
            return false;
        }

        @Override
        public Authorizer create(Config config, PluginContext context) {
            return new Authorizer() {
                @Override
                public boolean allows(Principal principal, String host, Action action) {
                    return action.operation() != Operation.CREATE;
                }

                @Override
                public void close() {}
            };
        }
    }

    static class OwnPlugin {
        @RegisterExtension
        static final BrokerExtension BROKER =
                BrokerExtension.memory()
                        .plugin(new NoNewTopics())
                        .with("plugins.authorizer", "no-new-topics");

        @Test
        void isAsked() {
            assertThat(BROKER.broker().status().dataDirectory()).isNull();
            assertThatThrownBy(() -> BROKER.broker().createTopic("orders", 1))
                    .hasMessageContaining("TOPIC_AUTHORIZATION_FAILED");
        }
    }

    @Test
    void aPluginThatIsHandedInIsUsed() {
        succeeds(OwnPlugin.class, 1);
    }

    // ---- faults end

    @MortiseBroker(topics = "orders")
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class Faulty {
        @Test
        @Order(1)
        void leavesEveryFaultBehind(TestBroker broker) {
            SEEN.add(broker.bootstrapServers());
            broker.pauseNetwork();
            broker.delayRequests(Duration.ofHours(1));
            broker.refuse("Metadata", ErrorCode.UNKNOWN_SERVER_ERROR, 1_000);
        }

        @Test
        @Order(2)
        void seesNoneAndLeavesTheBrokerKilled(TestBroker broker) throws Exception {
            assertThat(broker.refusalsLeft("Metadata")).isZero();
            works(broker);
            broker.kill();
            assertThatThrownBy(broker::status)
                    .hasMessage("the test's broker does not run; start() starts it");
        }

        @Test
        @Order(3)
        void seesItRunAgain(TestBroker broker) throws Exception {
            assertThat(SEEN).containsExactly(broker.bootstrapServers());
            works(broker);
        }

        private static void works(TestBroker broker) throws Exception {
            JavaClient client = JavaClient.of(broker);
            try (var producer = client.producer(Map.of())) {
                producer.send(new ProducerRecord<>("orders", "well")).get();
            }
            assertThat(client.values("orders", 1)).containsExactly("well");
        }
    }

    @Test
    void faultsEndWithTheTestThatMadeThem() {
        succeeds(Faulty.class, 3);
    }

    // ---- what is refused

    @Test
    void whatTheExtensionChoosesCannotBeSet() {
        assertThatThrownBy(() -> BrokerExtension.memory().with("listeners", ":9092"))
                .hasMessageContaining("listeners is chosen by the extension");
        assertThatThrownBy(() -> BrokerExtension.local().with("data.directory", "/data"))
                .hasMessageContaining("use mortise.broker.BrokerBuilder");
        assertThatThrownBy(() -> BrokerExtension.memory().topic("orders", 0))
                .hasMessage("topic 'orders' with 0 partitions; one is the least");
        assertThatThrownBy(BrokerExtension.memory()::broker)
                .hasMessageContaining("@RegisterExtension");
    }

    @MortiseBroker(config = "log.retention.mss=1")
    static class Misspelt {
        @Test
        void never(TestBroker broker) {}
    }

    @Test
    void aMisspeltKeyFailsTheClassWithTheNearestName() throws IOException {
        long before = leftovers();

        TestExecutionSummary summary = run(Misspelt.class, Map.of());

        assertThat(summary.getFailures()).hasSize(1);
        assertThat(summary.getFailures().getFirst().getException())
                .hasMessageContaining("log.retention.mss")
                .hasMessageContaining("log.retention.ms");
        assertThat(leftovers()).isEqualTo(before);
    }

    private static long leftovers() throws IOException {
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("mortise-junit-"))
                    .count();
        }
    }
}
