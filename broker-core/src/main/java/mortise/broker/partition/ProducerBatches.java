package mortise.broker.partition;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The {@code .producers} file beside a {@link ProducerSnapshot}, version 1: the batches that a
 * partition remembers of each producer, of which Kafka's format keeps the last one only. So a retry
 * of any of them is recognised after a restart too.
 *
 * <p>Big-endian: int16 version, uint32 CRC-32C of what follows it, uint32 the CRC that the snapshot
 * of the same offset says of itself, int32 number of producers, and for each int64 producer id,
 * int16 epoch, int64 when it last wrote by the broker's clock, int8 number of batches (1 to 5), and
 * for each batch, oldest first, int32 last sequence, int64 last offset, int32 offset delta, int64
 * largest timestamp.
 *
 * <p>It is believed only beside the snapshot that it was written with: whoever replaces the
 * snapshot, as Apache Kafka would, takes away its meaning.
 */
final class ProducerBatches {
    static final short VERSION = 1;
    static final int CRC_AT = 2;
    static final int SNAPSHOT_CRC_AT = 6;
    static final int PRODUCERS_AT = 10;
    static final int HEADER_BYTES = 14;
    static final int PRODUCER_BYTES = 19;
    static final int BATCH_BYTES = 24;

    private ProducerBatches() {}

    /** The file form of all producers that have written, beside their snapshot. */
    static ByteBuffer encode(ProducerStates producers, ByteBuffer snapshot) {
        int most = PRODUCER_BYTES + ProducerEntry.REMEMBERED_BATCHES * BATCH_BYTES;
        ByteBuffer file =
                ByteBuffer.allocate(HEADER_BYTES + Math.multiplyExact(most, producers.size()));
        file.putShort(VERSION).putInt(0).putInt(ProducerSnapshot.statedCrc(snapshot)).putInt(0);
        int[] written = {0};
        producers.forEach(producer -> {
            if (!producer.isEmpty()) {
                put(file, producer);
                written[0]++;
            }
        });
        file.putInt(PRODUCERS_AT, written[0]);
        file.flip();
        file.putInt(CRC_AT, crc(file));
        return file;
    }

    private static void put(ByteBuffer file, ProducerEntry producer) {
        file.putLong(producer.producerId)
                .putShort(producer.epoch())
                .putLong(producer.activeMillis())
                .put((byte) producer.count());
        for (int age = producer.count() - 1; age >= 0; age--) {
            int slot = producer.slot(age);
            file.putInt(producer.lastSequence(slot))
                    .putLong(producer.lastOffset(slot))
                    .putInt(producer.offsetDelta(slot))
                    .putLong(producer.timestamp(slot));
        }
    }

    /**
     * Puts what both files hold into {@code producers}, which know nothing yet.
     *
     * @param snapshot the intact snapshot of the same offset
     * @throws IllegalArgumentException if the file is damaged, of another version or beside another
     *     snapshot, saying how
     */
    static void decode(ByteBuffer content, ByteBuffer snapshot, ProducerStates producers) {
        ByteBuffer file = content.slice();
        if (file.remaining() < HEADER_BYTES || file.getShort(0) != VERSION) {
            throw new IllegalArgumentException(
                    "producer batches of "
                            + file.remaining()
                            + " bytes are not of version "
                            + VERSION);
        }
        int crc = crc(file);
        if (crc != file.getInt(CRC_AT)) {
            throw new IllegalArgumentException(
                    "producer batches say CRC "
                            + Integer.toHexString(file.getInt(CRC_AT))
                            + "; their "
                            + file.remaining()
                            + " bytes have CRC "
                            + Integer.toHexString(crc));
        }
        int stated = ProducerSnapshot.statedCrc(snapshot);
        if (file.getInt(SNAPSHOT_CRC_AT) != stated) {
            throw new IllegalArgumentException(
                    "producer batches were written beside a snapshot of CRC "
                            + Integer.toHexString(file.getInt(SNAPSHOT_CRC_AT))
                            + ", the one there says "
                            + Integer.toHexString(stated));
        }
        file.position(HEADER_BYTES);
        for (int left = file.getInt(PRODUCERS_AT); left > 0; left--) {
            take(file, producers);
        }
        ProducerSnapshot.decodeTransactions(snapshot, producers);
    }

    private static void take(ByteBuffer file, ProducerStates producers) {
        long producerId = file.getLong();
        short epoch = file.getShort();
        long activeMillis = file.getLong();
        for (int left = file.get(); left > 0; left--) {
            int lastSequence = file.getInt();
            long lastOffset = file.getLong();
            int offsetDelta = file.getInt();
            long timestamp = file.getLong();
            producers.restore(
                    producerId,
                    epoch,
                    lastSequence,
                    lastOffset,
                    offsetDelta,
                    timestamp,
                    activeMillis);
        }
    }

    private static int crc(ByteBuffer file) {
        CRC32C crc = new CRC32C();
        crc.update(file.slice(SNAPSHOT_CRC_AT, file.limit() - SNAPSHOT_CRC_AT));
        return (int) crc.getValue();
    }
}
