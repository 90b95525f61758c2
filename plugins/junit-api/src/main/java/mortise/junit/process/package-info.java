/**
 * The engine that runs brokers in a process of a JDK that can, for tests on a Java that cannot: it
 * finds the JDK, starts one process for all brokers of this JVM, and asks it by lines through its
 * standard input and output, which nobody else can reach and which end with this JVM.
 */
package mortise.junit.process;
