package mortise.record;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * One way of compressing the records of a batch. A service: a plugin {@code provides} it.
 *
 * <p>A codec is stateless and thread-safe; each stream it makes is used by one thread. Streams work
 * in bounded memory: a window of a size that the format fixes plus a small multiple of the
 * compressed bytes, never what a length inside the data claims.
 */
public interface Codec {
    /** The number in a batch's attributes, 1 to 7. */
    byte id();

    /** The name that clients and topic configs use, such as {@code zstd}. */
    String name();

    /** The compression levels there are. */
    CodecLevels levels();

    /**
     * A stream that compresses into {@code sink}. Its {@code close} finishes the compressed form,
     * releases what the stream holds and closes the sink.
     *
     * @throws IllegalArgumentException if there is no such level
     * @throws IOException if the sink refuses the first bytes
     */
    OutputStream compressing(OutputStream sink, int level) throws IOException;

    /** {@link #compressing(OutputStream, int)} at the codec's standard level. */
    default OutputStream compressing(OutputStream sink) throws IOException {
        return compressing(sink, levels().standard());
    }

    /**
     * A stream of what {@code compressed} opens to. The buffer is lent until the stream is closed,
     * and closing releases what the stream holds.
     *
     * @param compressed the records of one batch; the stream may move its position
     * @param maxBytes the caller reads no more than this and takes more for an attack; a codec that
     *     must open a block as a whole refuses a larger one before it allocates
     * @throws IOException if the data is damaged; reading may also throw it
     */
    InputStream decompressing(ByteBuffer compressed, long maxBytes) throws IOException;
}
