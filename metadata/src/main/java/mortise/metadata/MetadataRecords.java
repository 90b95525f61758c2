package mortise.metadata;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import mortise.metadata.record.MetadataRecord;
import mortise.metadata.record.MetadataRecordType;
import mortise.wire.MalformedMessageException;
import mortise.wire.MessageSize;
import mortise.wire.OversizedMessageException;
import mortise.wire.WireReader;
import mortise.wire.WireWriter;

/**
 * How metadata records become bytes: the record type (2 bytes, big-endian), the version of its
 * schema (2 bytes), the record in that version. The types are the schemas' numbers.
 */
public final class MetadataRecords {
    /** The feature whose level says in which versions records are written. */
    public static final String FEATURE = "mortise.metadata";

    /** The level of {@link #FEATURE} of clusters from before there were others. */
    public static final short LEAST_FEATURE_LEVEL = 1;

    /** The highest level of {@link #FEATURE} that this release writes and reads. */
    public static final short FEATURE_LEVEL = 2;

    private static final int HEADER_BYTES = 4;

    private MetadataRecords() {}

    /** The version in which records of a type are written at a level of {@link #FEATURE}. */
    private static short writtenVersion(MetadataRecordType type, short level) {
        return switch (type) {
            case PARTITION_RECORD, PARTITION_CHANGE_RECORD -> (short) (level >= 2 ? 1 : 0);
            case CLUSTER_RECORD,
                    FEATURE_LEVEL_RECORD,
                    REGISTER_BROKER_RECORD,
                    BROKER_FENCING_RECORD,
                    TOPIC_RECORD,
                    REMOVE_TOPIC_RECORD,
                    CONFIG_RECORD,
                    PRODUCER_IDS_RECORD ->
                    0;
        };
    }

    /**
     * The bytes of a record.
     *
     * @param level the cluster's level of {@link #FEATURE}: see {@link ClusterImage#metadataLevel}
     * @throws mortise.wire.UnwritableMessageException if that level has no way to say it
     */
    public static byte[] encode(MetadataRecord record, short level) {
        short version = writtenVersion(record.recordType(), level);
        MessageSize size = new MessageSize();
        record.measure(size, version);
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + size.totalBytes());
        out.putShort(record.recordType().id()).putShort(version);
        record.write(new WireWriter(out), size, version);
        return out.array();
    }

    /** The bytes of records, at one level. */
    public static List<byte[]> encode(List<? extends MetadataRecord> records, short level) {
        List<byte[]> encoded = new ArrayList<>(records.size());
        for (MetadataRecord record : records) {
            encoded.add(encode(record, level));
        }
        return encoded;
    }

    /**
     * The record of these bytes.
     *
     * @throws IllegalStateException if they are no record that this release knows
     */
    public static MetadataRecord decode(byte[] bytes) {
        if (bytes.length < HEADER_BYTES) {
            throw new IllegalStateException(
                    "reading metadata: a record of "
                            + bytes.length
                            + " bytes is shorter than its header of "
                            + HEADER_BYTES
                            + "; the metadata log is damaged");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        short type = in.getShort();
        short version = in.getShort();
        MetadataRecordType known = MetadataRecordType.find(type);
        if (known == null) {
            throw newer(
                    "record type " + type,
                    "types up to " + List.of(MetadataRecordType.values()).getLast().id());
        }
        MetadataRecord record = known.newRecord();
        if (version < known.lowestVersion() || version > known.highestVersion()) {
            throw newer(
                    record.getClass().getSimpleName() + " in version " + version,
                    "versions " + known.lowestVersion() + " to " + known.highestVersion());
        }
        try {
            WireReader reader = new WireReader(in.slice());
            record.read(reader, version);
            reader.requireEnd(record.getClass().getSimpleName());
        } catch (MalformedMessageException | OversizedMessageException damaged) {
            throw new IllegalStateException(
                    "reading metadata: the metadata log is damaged", damaged);
        }
        return record;
    }

    /** The records of these bytes. */
    public static List<MetadataRecord> decode(List<byte[]> encoded) {
        List<MetadataRecord> records = new ArrayList<>(encoded.size());
        for (byte[] bytes : encoded) {
            records.add(decode(bytes));
        }
        return records;
    }

    static IllegalStateException newer(String met, String known) {
        return new IllegalStateException(
                "reading metadata: met "
                        + met
                        + ", this release knows "
                        + known
                        + "; the log was written by a newer release, start that one");
    }
}
