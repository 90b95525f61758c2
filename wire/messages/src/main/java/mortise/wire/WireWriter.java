package mortise.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes the primitives of the protocol into a buffer, whose position moves. Payloads are copied
 * into the buffer, or left out and noted as splices. Confined to one thread.
 */
public final class WireWriter {
    private final ByteBuffer out;
    private final int start;
    private final @Nullable List<Splice> splices;

    /** Writes everything into a big-endian buffer, from its position on. */
    public WireWriter(ByteBuffer out) {
        this(out, null);
    }

    /** Writes all but payloads into the buffer; those go to the splices. */
    WireWriter(ByteBuffer out, @Nullable List<Splice> splices) {
        if (out.order() != ByteOrder.BIG_ENDIAN) {
            throw new IllegalArgumentException(
                    "writing a message: the buffer is little-endian, the protocol is big-endian");
        }
        this.out = out;
        this.start = out.position();
        this.splices = splices;
    }

    /** A byte: 1 for true, 0 for false. */
    public void writeBool(boolean value) {
        out.put((byte) (value ? 1 : 0));
    }

    /** One byte. */
    public void writeInt8(byte value) {
        out.put(value);
    }

    /** Two bytes. */
    public void writeInt16(short value) {
        out.putShort(value);
    }

    /** Two bytes, unsigned. */
    public void writeUint16(int value) {
        out.putShort((short) value);
    }

    /** Four bytes. */
    public void writeInt32(int value) {
        out.putInt(value);
    }

    /** Four bytes, unsigned. */
    public void writeUint32(long value) {
        out.putInt((int) value);
    }

    /** Eight bytes. */
    public void writeInt64(long value) {
        out.putLong(value);
    }

    /** Eight bytes, IEEE 754. */
    public void writeFloat64(double value) {
        out.putDouble(value);
    }

    /** Sixteen bytes. */
    public void writeUuid(UUID value) {
        out.putLong(value.getMostSignificantBits());
        out.putLong(value.getLeastSignificantBits());
    }

    /** Up to five bytes of seven bits, lowest first. */
    public void writeUnsignedVarint(int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    /** A string or null, whose length in bytes is the next in the size. */
    public void writeString(@Nullable String value, MessageSize size, boolean compact) {
        int bytes = size.next();
        if (compact) {
            writeUnsignedVarint(bytes + 1);
        } else {
            out.putShort((short) bytes);
        }
        if (value != null) {
            Utf8.write(value, bytes, out);
        }
    }

    /** Bytes or null. */
    public void writeBytes(@Nullable ByteBuffer value, boolean compact) {
        writeArrayLength(value == null ? -1 : value.remaining(), compact);
        if (value != null) {
            out.put(value.duplicate());
        }
    }

    /** Records or null. */
    public void writePayload(@Nullable Payload value, boolean compact) {
        if (value == null) {
            writeArrayLength(-1, compact);
            return;
        }
        int bytes = value.sizeInBytes();
        writeArrayLength(bytes, compact);
        if (splices == null) {
            out.put(value.buffer());
        } else if (bytes > 0) {
            splices.add(new Splice(out.position() - start, value));
        }
    }

    /** The byte before a struct that may be null. */
    public void writeIsNull(boolean isNull) {
        out.put((byte) (isNull ? -1 : 1));
    }

    /** The length of an array or of bytes; -1 for null. */
    public void writeArrayLength(int count, boolean compact) {
        if (compact) {
            writeUnsignedVarint(count + 1);
        } else {
            out.putInt(count);
        }
    }

    /** The tag and size of a tagged field. */
    public void writeTag(int tag, int bytes) {
        writeUnsignedVarint(tag);
        writeUnsignedVarint(bytes);
    }

    /** The tagged fields of a struct whose schema has none. */
    public void writeTags(@Nullable List<UnknownTaggedField> unknown) {
        writeUnsignedVarint(unknown == null ? 0 : unknown.size());
        writeTagsFrom(unknown, 0);
    }

    /** The unknown tagged fields that go before a known one; returns the first that does not. */
    public int writeTagsBelow(
            String field, int tag, @Nullable List<UnknownTaggedField> unknown, int from) {
        int next = from;
        while (unknown != null && next < unknown.size() && unknown.get(next).tag() <= tag) {
            if (unknown.get(next).tag() == tag) {
                throw new UnwritableMessageException(
                        "writing "
                                + field
                                + ": its tag "
                                + tag
                                + " is also among the unknown tagged fields");
            }
            writeUnknown(unknown.get(next));
            next++;
        }
        return next;
    }

    /** The unknown tagged fields from that index on. */
    public void writeTagsFrom(@Nullable List<UnknownTaggedField> unknown, int from) {
        if (unknown != null) {
            for (int i = from; i < unknown.size(); i++) {
                writeUnknown(unknown.get(i));
            }
        }
    }

    private void writeUnknown(UnknownTaggedField field) {
        writeTag(field.tag(), field.data().remaining());
        out.put(field.data().duplicate());
    }
}
