package mortise.wire;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tagged field that the schema does not know, kept so that a message that is read and written
 * again loses nothing.
 *
 * @param tag its number, at least 0
 * @param data its bytes, from position to limit; a slice of the frame if it was read
 */
public record UnknownTaggedField(int tag, ByteBuffer data) {
    /** Whether two lists are equal, where no list is the same as an empty one. */
    public static boolean same(
            @Nullable List<UnknownTaggedField> left, @Nullable List<UnknownTaggedField> right) {
        if (left == null || left.isEmpty()) {
            return right == null || right.isEmpty();
        }
        return left.equals(right);
    }
}
