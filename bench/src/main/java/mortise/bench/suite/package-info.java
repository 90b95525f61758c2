/** The standing set of measurements behind {@code docs/performance.md}. */
@NullMarked
package mortise.bench.suite;

import org.jspecify.annotations.NullMarked;
