/** What a measurement came to, as a page, as text and for programs. */
@NullMarked
package mortise.bench.report;

import org.jspecify.annotations.NullMarked;
