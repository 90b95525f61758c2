package mortise.metadata;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mortise.metadata.record.BrokerFencingRecord;
import mortise.metadata.record.ClusterRecord;
import mortise.metadata.record.ConfigRecord;
import mortise.metadata.record.FeatureLevelRecord;
import mortise.metadata.record.PartitionChangeRecord;
import mortise.metadata.record.PartitionRecord;
import mortise.metadata.record.ProducerIdsRecord;
import mortise.metadata.record.RegisterBrokerRecord;
import mortise.metadata.record.RemoveTopicRecord;
import mortise.metadata.record.TopicRecord;
import mortise.wire.ApiMessage;
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
    /**
     * The feature whose level says which versions are written; level 1 writes version 0 of every
     * record.
     */
    public static final String FEATURE = "mortise.metadata";

    /** The level of {@link #FEATURE} that this release writes, and the last that it reads. */
    public static final short FEATURE_LEVEL = 1;

    private static final short WRITTEN_VERSION = 0;
    private static final int HEADER_BYTES = 4;
    private static final Map<Short, Supplier<ApiMessage>> TYPES =
            Stream.<Supplier<ApiMessage>>of(
                            ClusterRecord::new,
                            FeatureLevelRecord::new,
                            RegisterBrokerRecord::new,
                            BrokerFencingRecord::new,
                            TopicRecord::new,
                            RemoveTopicRecord::new,
                            PartitionRecord::new,
                            PartitionChangeRecord::new,
                            ConfigRecord::new,
                            ProducerIdsRecord::new)
                    .collect(
                            Collectors.toUnmodifiableMap(
                                    type -> type.get().apiKey(), type -> type));

    private MetadataRecords() {}

    /** The bytes of a record. */
    public static byte[] encode(ApiMessage record) {
        MessageSize size = new MessageSize();
        record.measure(size, WRITTEN_VERSION);
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + size.totalBytes());
        out.putShort(record.apiKey()).putShort(WRITTEN_VERSION);
        record.write(new WireWriter(out), size, WRITTEN_VERSION);
        return out.array();
    }

    /** The bytes of records. */
    public static List<byte[]> encode(List<? extends ApiMessage> records) {
        List<byte[]> encoded = new ArrayList<>(records.size());
        for (ApiMessage record : records) {
            encoded.add(encode(record));
        }
        return encoded;
    }

    /**
     * The record of these bytes.
     *
     * @throws IllegalStateException if they are no record that this release knows
     */
    public static ApiMessage decode(byte[] bytes) {
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
        Supplier<ApiMessage> supplier = TYPES.get(type);
        if (supplier == null) {
            throw newer("record type " + type, "1 to " + TYPES.size());
        }
        ApiMessage record = supplier.get();
        if (version < record.lowestSupportedVersion()
                || version > record.highestSupportedVersion()) {
            throw newer(
                    record.getClass().getSimpleName() + " in version " + version,
                    record.lowestSupportedVersion() + " to " + record.highestSupportedVersion());
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
    public static List<ApiMessage> decode(List<byte[]> encoded) {
        List<ApiMessage> records = new ArrayList<>(encoded.size());
        for (byte[] bytes : encoded) {
            records.add(decode(bytes));
        }
        return records;
    }

    private static IllegalStateException newer(String met, String known) {
        return new IllegalStateException(
                "reading metadata: met "
                        + met
                        + ", this release knows "
                        + known
                        + "; the log was written by a newer release, start that one");
    }
}
