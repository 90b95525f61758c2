/**
 * Microbenchmarks: one part of Mortise each, beside Kafka's own where the Java client has the same.
 * What only a package sees of itself is reached by a public class in that package, for the code
 * that JMH generates makes threads wait, which the core's packages may not. A method that ends in
 * {@code Kafka} is the baseline of the one without.
 */
@NullMarked
package mortise.bench.micro;

import org.jspecify.annotations.NullMarked;
