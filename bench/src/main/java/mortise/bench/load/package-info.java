/**
 * Drivers that put a workload on a broker, on a timeline that waits for nobody, and note what came
 * back.
 */
@NullMarked
package mortise.bench.load;

import org.jspecify.annotations.NullMarked;
