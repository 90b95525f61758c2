/**
 * A partitioner of the Java client that asks a partitioner of Mortise.
 *
 * <p>It lives where its producer lives, on a class path as a rule, and the Java client has no
 * module name of its own, so this is no explicit module; on a module path it is {@code
 * mortise.partitioner.client}.
 */
@NullMarked
package mortise.partitioner.client;

import org.jspecify.annotations.NullMarked;
