package mortise.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import mortise.wire.message.RequestHeader;
import mortise.wire.message.ResponseHeader;
import org.jspecify.annotations.Nullable;

/** Whole frames: a length of four bytes, a header, a message. */
public final class Frames {
    /** The bytes of the length that begins a frame. */
    public static final int LENGTH_BYTES = 4;

    /** What every request header begins with: API key, API version, correlation id. */
    private static final int LEAST_HEADER_BYTES = 8;

    private Frames() {}

    /** A response in one heap buffer of its size, ready to be sent. */
    public static ByteBuffer encode(
            short headerVersion, ResponseHeader header, ApiMessage body, short version) {
        return encode(headerVersion, header, body, version, ByteBuffer::allocate);
    }

    /** A request in one heap buffer of its size, ready to be sent. */
    public static ByteBuffer encode(
            short headerVersion, RequestHeader header, ApiMessage body, short version) {
        return encode(headerVersion, header, body, version, ByteBuffer::allocate);
    }

    /** A response in one buffer from the allocator, between its position and its limit. */
    public static ByteBuffer encode(
            short headerVersion,
            ResponseHeader header,
            ApiMessage body,
            short version,
            IntFunction<ByteBuffer> allocator) {
        return whole(headerVersion, header, body, version, allocator);
    }

    /** A request in one buffer from the allocator, between its position and its limit. */
    public static ByteBuffer encode(
            short headerVersion,
            RequestHeader header,
            ApiMessage body,
            short version,
            IntFunction<ByteBuffer> allocator) {
        return whole(headerVersion, header, body, version, allocator);
    }

    /** A response in parts: its payloads are not loaded. */
    public static Gathered encodeGathering(
            short headerVersion, ResponseHeader header, ApiMessage body, short version) {
        return parts(headerVersion, header, body, version, ByteBuffer::allocate);
    }

    /** A request in parts: its payloads are not loaded. */
    public static Gathered encodeGathering(
            short headerVersion, RequestHeader header, ApiMessage body, short version) {
        return parts(headerVersion, header, body, version, ByteBuffer::allocate);
    }

    /**
     * A response in parts, the head in a buffer from the allocator. The allocator is asked once,
     * for the size of the head; it may return more, from which the head takes the first bytes.
     */
    public static Gathered encodeGathering(
            short headerVersion,
            ResponseHeader header,
            ApiMessage body,
            short version,
            IntFunction<ByteBuffer> allocator) {
        return parts(headerVersion, header, body, version, allocator);
    }

    /** A request in parts, the head in a buffer from the allocator. */
    public static Gathered encodeGathering(
            short headerVersion,
            RequestHeader header,
            ApiMessage body,
            short version,
            IntFunction<ByteBuffer> allocator) {
        return parts(headerVersion, header, body, version, allocator);
    }

    private static ByteBuffer whole(
            short headerVersion,
            ApiMessage header,
            ApiMessage body,
            short version,
            IntFunction<ByteBuffer> allocator) {
        MessageSize size = measure(headerVersion, header, body, version);
        ByteBuffer out = allocator.apply(LENGTH_BYTES + size.totalBytes());
        return write(out, null, size, headerVersion, header, body, version);
    }

    private static Gathered parts(
            short headerVersion,
            ApiMessage header,
            ApiMessage body,
            short version,
            IntFunction<ByteBuffer> allocator) {
        MessageSize size = measure(headerVersion, header, body, version);
        List<Splice> splices = new ArrayList<>();
        ByteBuffer out = allocator.apply(LENGTH_BYTES + size.totalBytes() - size.payloadBytes());
        ByteBuffer head = write(out, splices, size, headerVersion, header, body, version);
        return new Gathered(head, splices);
    }

    private static MessageSize measure(
            short headerVersion, ApiMessage header, ApiMessage body, short version) {
        MessageSize size = new MessageSize();
        header.measure(size, headerVersion);
        body.measure(size, version);
        if (size.totalBytes() > Integer.MAX_VALUE - LENGTH_BYTES) {
            throw new UnwritableMessageException(
                    "writing a frame: it has " + size.totalBytes() + " bytes, too many for one");
        }
        return size;
    }

    private static ByteBuffer write(
            ByteBuffer out,
            @Nullable List<Splice> splices,
            MessageSize size,
            short headerVersion,
            ApiMessage header,
            ApiMessage body,
            short version) {
        int start = out.position();
        WireWriter writer = new WireWriter(out, splices);
        writer.writeInt32(size.totalBytes());
        header.write(writer, size, headerVersion);
        body.write(writer, size, version);
        int measured =
                LENGTH_BYTES + size.totalBytes() - (splices == null ? 0 : size.payloadBytes());
        if (out.position() - start != measured) {
            throw new IllegalStateException(
                    "writing a frame: "
                            + (out.position() - start)
                            + " bytes written, "
                            + measured
                            + " measured; a message must not change in between");
        }
        return out.limit(out.position()).position(start);
    }

    /**
     * The header of a request, read from the start of a frame without its length; the frame's
     * position moves to the body. For an API or version that is not known here, the header still
     * has what can be known (key, version, correlation id, and the client id if it can be read),
     * and the frame's position says nothing.
     *
     * @throws MalformedMessageException if the frame is too short to be a request, or the header of
     *     a known API and version is broken
     */
    public static RequestHeader readRequestHeader(ByteBuffer frame) {
        int start = frame.position();
        if (frame.remaining() < LEAST_HEADER_BYTES) {
            throw new MalformedMessageException(
                    "reading a request header: the frame has "
                            + frame.remaining()
                            + " bytes, want at least "
                            + LEAST_HEADER_BYTES);
        }
        short id = frame.getShort(start);
        short version = frame.getShort(start + 2);
        ApiKey key = ApiKey.find(id);
        if (key == null || !key.hasVersion(version)) {
            return unknownRequest(frame, id, version);
        }
        WireReader in = new WireReader(frame);
        RequestHeader header = new RequestHeader(in, key.requestHeaderVersion(version));
        frame.position(in.position());
        return header;
    }

    private static RequestHeader unknownRequest(ByteBuffer frame, short id, short version) {
        WireReader in = new WireReader(frame);
        try {
            return new RequestHeader(in, RequestHeader.LOWEST_VERSION);
        } catch (MalformedMessageException e) {
            // the sender is told which versions exist, for which its client id is not needed
            return new RequestHeader()
                    .requestApiKey(id)
                    .requestApiVersion(version)
                    .correlationId(frame.getInt(frame.position() + 4));
        }
    }
}
