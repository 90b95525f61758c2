/**
 * Measuring Mortise beside its peer: a raw driver, the floor of what the machine allows, and
 * interleaved comparisons. Runs as a process of its own on the class path, on Linux (it reads
 * {@code /proc}).
 */
@NullMarked
package mortise.bench;

import org.jspecify.annotations.NullMarked;
