package mortise.coordinator;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A record of an internal topic.
 *
 * @param key read-only; the number of the record's type in front of its fields
 * @param value read-only; null if whatever has that key is gone
 */
public record CoordinatorRecord(ByteBuffer key, @Nullable ByteBuffer value) {
    /** The bytes that it takes in a batch, about. */
    public int sizeInBytes() {
        return key.remaining() + (value == null ? 0 : value.remaining());
    }
}
