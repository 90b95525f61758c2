package mortise.junit;

import java.util.Map;
import mortise.spi.Provider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a real broker, registered as a field: a static one has a broker for all tests of the
 * class, any other one for each.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final BrokerExtension broker = BrokerExtension.memory().topic("orders", 3);
 * }</pre>
 *
 * <p>Put together by one thread before the tests begin; thread-safe from then on.
 */
public final class BrokerExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private final ScopedBrokers brokers = new ScopedBrokers(this);
    private BrokerSpec spec;
    private volatile @Nullable TestBroker current;

    private BrokerExtension(Storage storage) {
        spec = BrokerSpec.of(storage);
    }

    /** A broker that keeps everything on the heap. */
    public static BrokerExtension memory() {
        return new BrokerExtension(Storage.MEMORY);
    }

    /** A broker that keeps its records in a temporary directory. */
    public static BrokerExtension local() {
        return new BrokerExtension(Storage.LOCAL);
    }

    /**
     * Sets a configuration value.
     *
     * @throws IllegalArgumentException if the extension has to choose it
     */
    public BrokerExtension with(String key, String value) {
        spec = spec.with(key, value);
        return this;
    }

    /** Has a topic be there when the first test begins. */
    public BrokerExtension topic(String name, int partitions) {
        spec = spec.topic(name, partitions);
        return this;
    }

    /**
     * Adds a plugin that no loader needs to find; its name in the configuration selects it. An
     * instance lives in the test's JVM, so its broker must run there: where tests run on a Java
     * below 25 the plugin has to be found on the class path.
     */
    public BrokerExtension plugin(Provider<?> provider) {
        spec = spec.plugin(provider);
        return this;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        startUnlessThere(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        startUnlessThere(context);
    }

    private void startUnlessThere(ExtensionContext context) {
        // nested classes come by again, and share the broker that is there
        if (brokers.find(context).isEmpty()) {
            current = brokers.start(context, spec);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        brokers.afterTest(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestBroker.class;
    }

    @Override
    public TestBroker resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return brokers.get(context);
    }

    /**
     * The broker.
     *
     * @throws IllegalStateException if no test has begun
     */
    public TestBroker broker() {
        TestBroker now = current;
        if (now == null) {
            throw new IllegalStateException(
                    "the broker is started before the first test; is the extension a field with"
                            + " @RegisterExtension?");
        }
        return now;
    }

    /** What clients take as {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return broker().bootstrapServers();
    }

    /** The least that a client is configured with: where the broker is. */
    public Map<String, Object> clientConfig() {
        return Map.of("bootstrap.servers", bootstrapServers());
    }
}
