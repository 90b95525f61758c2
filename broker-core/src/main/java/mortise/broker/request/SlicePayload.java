package mortise.broker.request;

import java.nio.ByteBuffer;
import mortise.spi.storage.LogSlice;
import mortise.wire.Payload;

/**
 * Record bytes of a response that stay where the store keeps them until they are sent. Whoever
 * holds the response closes the slice: the connection, once it was given the response.
 */
public record SlicePayload(LogSlice slice) implements Payload {
    @Override
    public int sizeInBytes() {
        return slice.sizeInBytes();
    }

    /** The bytes, copied; only for paths that cannot send the slice itself. */
    @Override
    public ByteBuffer buffer() {
        return slice.copy();
    }
}
