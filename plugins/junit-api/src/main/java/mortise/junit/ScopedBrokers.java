package mortise.junit;

import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterResolutionException;

/**
 * The brokers of one extension, each kept where JUnit keeps what belongs to a class or a method,
 * and closes it at the end.
 */
final class ScopedBrokers {
    private static final String KEY = "broker";

    private final Namespace namespace;

    /** The brokers that this owner starts. */
    ScopedBrokers(Object owner) {
        namespace = Namespace.create(ScopedBrokers.class, owner);
    }

    /**
     * A broker and the context that it ends with. A store of JUnit before 5.13 closes nothing but
     * what implements the store's own interface.
     */
    @SuppressWarnings("deprecation")
    private record Owned(TestBroker broker, String contextId)
            implements AutoCloseable, Store.CloseableResource {
        @Override
        public void close() {
            broker.close();
        }
    }

    /** Starts a broker that ends with this context. */
    TestBroker start(ExtensionContext context, BrokerSpec spec) {
        TestBroker started =
                TestBroker.started(
                        spec,
                        Engines.choose(
                                context::getConfigurationParameter, Runtime.version().feature()));
        store(context).put(KEY, new Owned(started, context.getUniqueId()));
        return started;
    }

    /** The broker of this context or of the nearest around it. */
    Optional<TestBroker> find(ExtensionContext context) {
        return Optional.ofNullable(store(context).get(KEY, Owned.class)).map(Owned::broker);
    }

    /** The broker that a parameter asks for. */
    TestBroker get(ExtensionContext context) {
        return find(context)
                .orElseThrow(() ->
                        new ParameterResolutionException(
                                "there is no broker here: one of scope METHOD is there in @BeforeEach,"
                                        + " @AfterEach and test methods only; ask for scope CLASS, or"
                                        + " take the parameter there"));
    }

    /** Ends the faults of a test; one that others share runs again afterwards. */
    void afterTest(ExtensionContext context) {
        Owned owned = store(context).get(KEY, Owned.class);
        if (owned == null) {
            return;
        }
        if (owned.contextId().equals(context.getUniqueId())) {
            owned.broker().heal();
        } else {
            owned.broker().restore();
        }
    }

    private Store store(ExtensionContext context) {
        return context.getStore(namespace);
    }
}
