/**
 * Microbenchmarks: one part of Mortise each, beside Kafka's own where the Java client has the same.
 * Those of package-private code stand in that code's package. A method that ends in {@code Kafka}
 * is the baseline of the one without.
 */
@NullMarked
package mortise.bench.micro;

import org.jspecify.annotations.NullMarked;
