/** What watches over the tests of this build, whichever module they are in. */
@NullMarked
package mortise.testing;

import org.jspecify.annotations.NullMarked;
