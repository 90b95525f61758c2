/** What is sent to a broker and read from it, as YAML files say it. */
@NullMarked
package mortise.bench.workload;

import org.jspecify.annotations.NullMarked;
