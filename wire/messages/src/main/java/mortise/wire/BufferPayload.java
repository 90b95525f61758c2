package mortise.wire;

import java.nio.ByteBuffer;

/** A payload that is a view of a buffer. Equal to another one with equal bytes. */
record BufferPayload(ByteBuffer bytes) implements Payload {
    @Override
    public int sizeInBytes() {
        return bytes.remaining();
    }

    @Override
    public ByteBuffer buffer() {
        return bytes.duplicate();
    }

    @Override
    public String toString() {
        return "Payload(" + bytes.remaining() + " bytes)";
    }
}
