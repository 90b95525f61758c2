package mortise.coordinator;

import java.nio.ByteBuffer;
import mortise.wire.ApiMessage;
import mortise.wire.MessageSize;
import mortise.wire.WireReader;
import mortise.wire.WireWriter;

/**
 * How keys and values of internal topics become bytes: a number of 2 bytes, big-endian, and the
 * message. Before a key that is the number of its type, before a value the version of its schema.
 * The source is Apache Kafka's {@code CoordinatorRecordSerde} and KIP-915.
 */
public final class RecordFormat {
    private static final int NUMBER_BYTES = 2;

    private RecordFormat() {}

    /** The bytes of a key; all have one version. */
    public static ByteBuffer key(ApiMessage message) {
        return bytes(message.apiKey(), message, (short) 0);
    }

    /** The bytes of a value in one version of its schema. */
    public static ByteBuffer value(ApiMessage message, short version) {
        return bytes(version, message, version);
    }

    private static ByteBuffer bytes(short number, ApiMessage message, short version) {
        MessageSize size = new MessageSize();
        message.measure(size, version);
        ByteBuffer out = ByteBuffer.allocate(NUMBER_BYTES + size.totalBytes());
        out.putShort(number);
        message.write(new WireWriter(out), size, version);
        return out.flip().asReadOnlyBuffer();
    }

    /** The number in front, or -1 if there is none. */
    public static short number(ByteBuffer bytes) {
        return bytes.remaining() < NUMBER_BYTES ? -1 : bytes.getShort(bytes.position());
    }

    /**
     * Reads a key after its number.
     *
     * @param <M> the message's type
     * @throws mortise.wire.MalformedMessageException if it is none
     */
    public static <M extends ApiMessage> M readKey(M into, ByteBuffer key) {
        into.read(afterNumber(key), (short) 0);
        return into;
    }

    /**
     * Reads a value in the version that its number says.
     *
     * @param <M> the message's type
     * @throws mortise.wire.MalformedMessageException if it is none
     * @throws IllegalArgumentException for a version that this release does not know
     */
    public static <M extends ApiMessage> M readValue(M into, ByteBuffer value) {
        short version = number(value);
        if (version < into.lowestSupportedVersion() || version > into.highestSupportedVersion()) {
            throw new IllegalArgumentException(
                    "version "
                            + version
                            + " of "
                            + into.getClass().getSimpleName()
                            + "; versions "
                            + into.lowestSupportedVersion()
                            + " to "
                            + into.highestSupportedVersion()
                            + " are known");
        }
        into.read(afterNumber(value), version);
        return into;
    }

    private static WireReader afterNumber(ByteBuffer bytes) {
        return new WireReader(
                bytes.slice(bytes.position() + NUMBER_BYTES, bytes.remaining() - NUMBER_BYTES));
    }
}
