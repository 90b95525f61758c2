package mortise.wire;

import java.nio.ByteBuffer;

/**
 * Record batches as bytes that are never looked into here: a slice of the frame that was read, or
 * whatever the sender of a response implements, such as a slice of a log that is sent without being
 * loaded.
 */
public interface Payload {
    /** How many bytes there are; it never changes. */
    int sizeInBytes();

    /** The bytes, in a buffer whose position and limit are the caller's own. */
    ByteBuffer buffer();

    /** The bytes between position and limit of a buffer, which the payload keeps a view of. */
    static Payload of(ByteBuffer bytes) {
        return new BufferPayload(bytes.slice());
    }
}
