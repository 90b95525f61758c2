/** What processes and the machine spend, and the machine's own stalls. */
@NullMarked
package mortise.bench.machine;

import org.jspecify.annotations.NullMarked;
