package mortise.broker.partition;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import mortise.record.RecordBatch;

/**
 * Kafka's {@code .snapshot} file, version 1, big-endian: int16 version, uint32 CRC-32C of what
 * follows it, int32 number of entries, and for each entry int64 producer id, int16 epoch, int32
 * last sequence, int64 last offset, int32 offset delta of the last batch, int64 timestamp, int32
 * coordinator epoch, int64 first offset of the open transaction (-1 for none).
 */
final class ProducerSnapshot {
    static final short VERSION = 1;
    static final int CRC_AT = 2;
    static final int ENTRIES_AT = 6;
    static final int HEADER_BYTES = 10;
    static final int ENTRY_BYTES = 46;
    private static final int NO_COORDINATOR_EPOCH = -1;
    private static final long NO_TRANSACTION = -1;

    private ProducerSnapshot() {}

    /** The file form of all producers that have written. */
    static ByteBuffer encode(ProducerStates producers) {
        ByteBuffer file =
                ByteBuffer.allocate(
                        HEADER_BYTES + Math.multiplyExact(ENTRY_BYTES, producers.size()));
        file.putShort(VERSION).putInt(0).putInt(0);
        producers.forEach(producer -> {
            if (!producer.isEmpty()) {
                put(file, producer);
            }
        });
        file.putInt(ENTRIES_AT, (file.position() - HEADER_BYTES) / ENTRY_BYTES);
        file.flip();
        file.putInt(CRC_AT, crc(file));
        return file;
    }

    private static void put(ByteBuffer file, ProducerEntry producer) {
        file.putLong(producer.producerId)
                .putShort(producer.epoch())
                .putInt(producer.lastSequence())
                .putLong(producer.lastOffset())
                .putInt(producer.offsetDelta())
                .putLong(producer.activeMillis())
                .putInt(NO_COORDINATOR_EPOCH)
                .putLong(NO_TRANSACTION);
    }

    /**
     * Puts what a file holds into {@code producers}.
     *
     * @throws IllegalArgumentException if the file is damaged or of another version, saying how
     */
    static void decode(ByteBuffer content, ProducerStates producers) {
        ByteBuffer file = content.slice();
        if (file.remaining() < HEADER_BYTES || file.getShort(0) != VERSION) {
            throw new IllegalArgumentException(
                    "producer snapshot of "
                            + file.remaining()
                            + " bytes is not of version "
                            + VERSION);
        }
        int crc = crc(file);
        int entries = file.getInt(ENTRIES_AT);
        if (crc != file.getInt(CRC_AT)
                || entries < 0
                || (long) entries * ENTRY_BYTES != file.remaining() - HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "producer snapshot says CRC "
                            + Integer.toHexString(file.getInt(CRC_AT))
                            + " and "
                            + entries
                            + " entries; its "
                            + file.remaining()
                            + " bytes have CRC "
                            + Integer.toHexString(crc));
        }
        file.position(HEADER_BYTES);
        for (int i = 0; i < entries; i++) {
            take(file, producers);
        }
    }

    private static void take(ByteBuffer file, ProducerStates producers) {
        long producerId = file.getLong();
        short epoch = file.getShort();
        int lastSequence = file.getInt();
        long lastOffset = file.getLong();
        int offsetDelta = file.getInt();
        long timestamp = file.getLong();
        file.getInt();
        file.getLong();
        if (lastOffset >= 0 && lastSequence != RecordBatch.NO_SEQUENCE) {
            producers.restore(
                    producerId, epoch, lastSequence, lastOffset, offsetDelta, timestamp, timestamp);
        }
    }

    /** The CRC that an intact snapshot says of itself. */
    static int statedCrc(ByteBuffer snapshot) {
        return snapshot.getInt(snapshot.position() + CRC_AT);
    }

    private static int crc(ByteBuffer file) {
        CRC32C crc = new CRC32C();
        crc.update(file.slice(ENTRIES_AT, file.limit() - ENTRIES_AT));
        return (int) crc.getValue();
    }
}
