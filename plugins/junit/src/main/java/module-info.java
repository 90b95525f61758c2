import org.jspecify.annotations.NullMarked;

/**
 * Runs the brokers of the JUnit extension: in its JVM, or in a process that this module is all of.
 */
@NullMarked
module mortise.junit.broker {
    requires static transitive org.jspecify;
    requires transitive mortise.junit;
    requires mortise.broker;
    requires mortise.client;

    provides mortise.junit.engine.BrokerEngine with
            mortise.junit.broker.JvmEngine;
}
