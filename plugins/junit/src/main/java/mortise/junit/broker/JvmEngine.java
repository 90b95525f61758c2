package mortise.junit.broker;

import mortise.junit.engine.BrokerEngine;
import mortise.junit.engine.BrokerOrder;
import mortise.junit.engine.HostedBroker;

/** Runs brokers in this JVM. */
public final class JvmEngine implements BrokerEngine {
    /** For {@code ServiceLoader}. */
    public JvmEngine() {}

    @Override
    public HostedBroker host(BrokerOrder order) {
        return new JvmBroker(order);
    }
}
