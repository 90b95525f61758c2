package mortise.junit.engine;

/**
 * Runs the brokers of tests. The extension finds one by {@code ServiceLoader} where the JVM can run
 * a broker, and takes a process otherwise. Thread-safe.
 */
public interface BrokerEngine {
    /**
     * Prepares a broker, which does not run yet.
     *
     * @throws IllegalStateException if this engine cannot run such a broker
     */
    HostedBroker host(BrokerOrder order);
}
