/** The bench's command line. */
@NullMarked
package mortise.bench.command;

import org.jspecify.annotations.NullMarked;
