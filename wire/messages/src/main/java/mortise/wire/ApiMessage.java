package mortise.wire;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.function.IntConsumer;

/**
 * A message of a schema: a request, a response, a header, or a record with a schema of its own. One
 * object stands for every version; the version is said when it is read or written.
 *
 * <p>A message is mutable and belongs to one thread at a time. What it read from a frame (bytes and
 * records) are slices of that frame and valid as long as the frame is.
 */
public interface ApiMessage {
    /** The UUID that means "none" in the protocol, and the default of every uuid field. */
    UUID ZERO_UUID = new UUID(0, 0);

    /** An empty buffer, the default of every bytes field. */
    ByteBuffer NO_BYTES = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /** The first version that the schema knows. */
    short lowestSupportedVersion();

    /** The last version that the schema knows. */
    short highestSupportedVersion();

    /** The number of the API or record type, or -1 if the schema has none. */
    short apiKey();

    /**
     * Replaces every field by what the reader holds; fields that the version lacks become their
     * defaults.
     *
     * @throws MalformedMessageException if the bytes are no such message
     */
    void read(WireReader in, short version);

    /**
     * Adds the bytes that {@link #write} will write.
     *
     * @throws UnwritableMessageException if the version lacks a field that is not at its default
     *     and not ignorable, or does not allow its value
     */
    void measure(MessageSize size, short version);

    /**
     * Writes the fields of a version. The size is the one that {@link #measure} filled for the same
     * unchanged message and version.
     */
    void write(WireWriter out, MessageSize size, short version);

    /**
     * Hands over every error code of a response that is not 0, its own and those of its parts; a
     * message without error codes hands over none.
     */
    default void eachErrorCode(IntConsumer sink) {}

    /** Tagged fields that the schema does not know, by tag; the list can be changed. */
    List<UnknownTaggedField> unknownTaggedFields();

    /** The error for a version without a schema; it is the caller's to check before. */
    static IllegalArgumentException noSuchVersion(
            String doing, String message, short version, ApiMessage schema) {
        return new IllegalArgumentException(
                doing
                        + " "
                        + message
                        + " in version "
                        + version
                        + ": want "
                        + schema.lowestSupportedVersion()
                        + " to "
                        + schema.highestSupportedVersion());
    }
}
