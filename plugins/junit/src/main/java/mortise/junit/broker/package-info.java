/**
 * The engine of the JUnit extension: brokers in this JVM, and the main class that offers them to
 * the JVM of a test.
 */
package mortise.junit.broker;
