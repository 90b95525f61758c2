package mortise.metadata.kafka;

import java.nio.ByteBuffer;
import mortise.metadata.kafka.record.KafkaMetadataRecord;
import mortise.metadata.kafka.record.KafkaMetadataRecordType;
import mortise.wire.MalformedMessageException;
import mortise.wire.OversizedMessageException;
import mortise.wire.WireReader;

/**
 * One record of Apache Kafka's metadata log: a frame version (1), the type and the version of the
 * record, each an unsigned varint, and the record in that version.
 */
sealed interface KafkaRecordFrame {
    /** A record that says something of topics or configurations. */
    record Said(KafkaMetadataRecord record) implements KafkaRecordFrame {}

    /** A record that says nothing of them. */
    record Other() implements KafkaRecordFrame {}

    /** The records after it count together or not at all. */
    record Begin() implements KafkaRecordFrame {}

    /** The records since {@link Begin} count. */
    record End() implements KafkaRecordFrame {}

    /** The records since {@link Begin} don't count. */
    record Abort() implements KafkaRecordFrame {}

    /** The only version of frames that there is. */
    int FRAME_VERSION = 1;

    /** Types up to this one are known to say nothing of topics, unless they have a schema here. */
    int LAST_KNOWN_TYPE = 29;

    /** Begins a metadata transaction. */
    int BEGIN_TRANSACTION = 23;

    /** Ends it. */
    int END_TRANSACTION = 24;

    /** Takes it back. */
    int ABORT_TRANSACTION = 25;

    /**
     * Reads a record.
     *
     * @param frame from position to limit; not kept
     * @throws UnreadableKafkaMetadataException if it cannot be
     */
    static KafkaRecordFrame of(ByteBuffer frame) {
        try {
            WireReader in = new WireReader(frame.slice());
            int frameVersion = in.readUnsignedVarint("frame version");
            if (frameVersion != FRAME_VERSION) {
                throw unknown("a record frame of version " + frameVersion, "version 1");
            }
            int type = in.readUnsignedVarint("type");
            int version = in.readUnsignedVarint("version");
            return switch (type) {
                case BEGIN_TRANSACTION -> new Begin();
                case END_TRANSACTION -> new End();
                case ABORT_TRANSACTION -> new Abort();
                default -> said(in, type, version);
            };
        } catch (MalformedMessageException | OversizedMessageException damaged) {
            throw new UnreadableKafkaMetadataException(
                    "a record cannot be read: " + damaged.getMessage(), damaged);
        }
    }

    private static KafkaRecordFrame said(WireReader in, int type, int version) {
        if (type < 0 || type > LAST_KNOWN_TYPE) {
            throw unknown("a record of type " + type, "types up to " + LAST_KNOWN_TYPE);
        }
        KafkaMetadataRecordType known = KafkaMetadataRecordType.find((short) type);
        if (known == null) {
            return new Other();
        }
        KafkaMetadataRecord record = known.newRecord();
        if (version < known.lowestVersion() || version > known.highestVersion()) {
            throw unknown(
                    record.getClass().getSimpleName() + " in version " + version,
                    "versions " + known.lowestVersion() + " to " + known.highestVersion());
        }
        record.read(in, (short) version);
        in.requireEnd(record.getClass().getSimpleName());
        return new Said(record);
    }

    private static UnreadableKafkaMetadataException unknown(String met, String known) {
        return new UnreadableKafkaMetadataException(
                met
                        + " was met, and this release knows "
                        + known
                        + "; it was written by a newer Apache Kafka");
    }
}
