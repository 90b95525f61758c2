package mortise.coordinator.group;

import java.nio.ByteBuffer;

/** Bytes that outlive the request that they came in. */
final class Bytes {
    static final ByteBuffer NONE = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private Bytes() {}

    /** A copy of what a request has lent. */
    static ByteBuffer copy(ByteBuffer lent) {
        if (!lent.hasRemaining()) {
            return NONE;
        }
        ByteBuffer copy = ByteBuffer.allocate(lent.remaining());
        return copy.put(lent.duplicate()).flip().asReadOnlyBuffer();
    }
}
