/**
 * A real broker for a test: declared by {@link mortise.junit.MortiseBroker @MortiseBroker} or
 * {@link mortise.junit.BrokerExtension}, used through {@link mortise.junit.TestBroker}.
 *
 * <p>Clients reach it through a proxy of the extension, which is where the network's faults are
 * made; the broker itself is the one that everybody runs, in the test's own JVM where that is Java
 * 25 or newer, and otherwise in a process of a JDK 25.
 */
package mortise.junit;
