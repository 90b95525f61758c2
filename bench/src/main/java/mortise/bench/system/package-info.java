/** The systems that are measured, each a process of its own. */
@NullMarked
package mortise.bench.system;

import org.jspecify.annotations.NullMarked;
