package mortise.broker.partition;

import java.nio.ByteBuffer;
import java.util.NavigableMap;
import java.util.TreeMap;
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

    private ProducerSnapshot() {}

    /** The file form of all producers that have written. */
    static ByteBuffer encode(ProducerStates producers) {
        ByteBuffer file =
                ByteBuffer.allocate(
                        HEADER_BYTES + Math.multiplyExact(ENTRY_BYTES, producers.size()));
        file.putShort(VERSION).putInt(0).putInt(0);
        producers.forEach(producer -> {
            if (producer.isKnown()) {
                put(file, producer, producers.transactions().firstOffset(producer.producerId));
            }
        });
        file.putInt(ENTRIES_AT, (file.position() - HEADER_BYTES) / ENTRY_BYTES);
        file.flip();
        file.putInt(CRC_AT, crc(file));
        return file;
    }

    private static void put(ByteBuffer file, ProducerEntry producer, long transaction) {
        file.putLong(producer.producerId)
                .putShort(producer.epoch())
                .putInt(producer.lastSequence())
                .putLong(producer.lastOffset())
                .putInt(producer.offsetDelta())
                .putLong(producer.activeMillis())
                .putInt(producer.coordinatorEpoch())
                .putLong(transaction);
    }

    /** Of how many producers an encoded file tells. */
    static int count(ByteBuffer file) {
        return file.getInt(ENTRIES_AT);
    }

    /**
     * Puts what a file holds into {@code producers}, which know of no transaction yet.
     *
     * @throws IllegalArgumentException if the file is damaged or of another version, saying how
     */
    static void decode(ByteBuffer content, ProducerStates producers) {
        decode(content, producers, true);
    }

    /**
     * Puts what a file holds besides batches into {@code producers}, which have their batches from
     * elsewhere and know of no transaction yet.
     *
     * @throws IllegalArgumentException if the file is damaged or of another version, saying how
     */
    static void decodeTransactions(ByteBuffer content, ProducerStates producers) {
        decode(content, producers, false);
    }

    private static void decode(ByteBuffer content, ProducerStates producers, boolean batches) {
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
        NavigableMap<Long, Long> begun = new TreeMap<>();
        for (int i = 0; i < entries; i++) {
            take(file, producers, batches, begun);
        }
        begun.forEach((first, producerId) -> producers.transactions().restore(producerId, first));
    }

    private static void take(
            ByteBuffer file,
            ProducerStates producers,
            boolean batches,
            NavigableMap<Long, Long> begun) {
        long producerId = file.getLong();
        short epoch = file.getShort();
        int lastSequence = file.getInt();
        long lastOffset = file.getLong();
        int offsetDelta = file.getInt();
        long timestamp = file.getLong();
        int coordinatorEpoch = file.getInt();
        long transaction = file.getLong();
        if (batches && lastOffset >= 0 && lastSequence != RecordBatch.NO_SEQUENCE) {
            producers.restore(
                    producerId, epoch, lastSequence, lastOffset, offsetDelta, timestamp, timestamp);
        }
        producers.restore(producerId, epoch, coordinatorEpoch, timestamp);
        if (transaction >= 0) {
            begun.put(transaction, producerId);
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
