package mortise.wire;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A frame in parts: the head, with everything but the payloads, and the payloads with their places
 * in it.
 *
 * @param head from its position to its limit, the length prefix first
 * @param splices in the order of their places; without empty payloads
 */
public record Gathered(ByteBuffer head, List<Splice> splices) {
    /** The bytes of the frame with its length prefix. */
    public int totalBytes() {
        int total = head.remaining();
        for (Splice splice : splices) {
            total += splice.payload().sizeInBytes();
        }
        return total;
    }
}
