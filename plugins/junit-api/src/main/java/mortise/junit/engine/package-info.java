/**
 * What the extension asks of whoever runs its brokers, and the lines in which it asks a process.
 * For engines, not for tests.
 */
package mortise.junit.engine;
