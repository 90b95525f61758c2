package mortise.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import mortise.api.TopicPartition;
import mortise.record.BatchIterator;
import mortise.record.BatchTail;
import mortise.record.Codecs;
import mortise.record.CorruptRecordException;
import mortise.record.Record;
import mortise.record.RecordBatch;
import mortise.record.RecordBatches;
import mortise.record.RecordIteration;
import mortise.record.UnsupportedCodecException;
import mortise.wire.Payload;
import mortise.wire.message.FetchResponse;

/**
 * The records of one poll. It moves the positions as it reads, and stops in the middle of a batch
 * when it holds enough: how much a small answer opens to is the sender's choice, how much memory it
 * takes is not. Confined to its consumer's thread.
 */
final class ReceivedRecords {
    /** About how much one poll returns, opened. */
    static final long ENOUGH_BYTES = 32L << 20;

    private static final long MOST_DECOMPRESSED_BYTES = 1L << 30;
    private static final int RECORD_OVERHEAD = 100;

    private final Codecs codecs;
    private final Map<Integer, Long> positions;
    private final List<Consumer.Received> received = new ArrayList<>();
    private long bytes;

    ReceivedRecords(Codecs codecs, Map<Integer, Long> positions) {
        this.codecs = codecs;
        this.positions = positions;
    }

    boolean isEmpty() {
        return received.isEmpty();
    }

    List<Consumer.Received> take() {
        return received;
    }

    private boolean isEnough() {
        return bytes >= ENOUGH_BYTES;
    }

    private long position(TopicPartition partition) {
        return Objects.requireNonNull(positions.get(partition.partition()), "not being read");
    }

    /**
     * Reads what an answer has of a partition.
     *
     * @throws BrokerErrorException if it has an error
     * @throws UndecodableBatchException if a batch does not open; the position is at its first
     *     record that was not read
     */
    void add(TopicPartition partition, FetchResponse.PartitionData data) {
        BrokerErrorException.check(
                data.errorCode(),
                "fetching " + partition + " at offset " + position(partition),
                null);
        Payload payload = data.records();
        if (payload == null) {
            return;
        }
        BatchIterator batches = RecordBatches.of(payload.buffer()).iterator();
        long before = position(partition);
        while (batches.hasNext() && !isEnough()) {
            read(partition, batches.next());
        }
        if (position(partition) == before && !isEnough() && payload.sizeInBytes() > 0) {
            BatchTail tail = batches.tail();
            throw new UndecodableBatchException(
                    partition,
                    before,
                    before,
                    tail == null
                            ? "the broker sent only what lies before it"
                            : "what the broker sent is no whole batch: " + tail.message(),
                    null);
        }
    }

    private void read(TopicPartition partition, RecordBatch batch) {
        long next = batch.nextOffset();
        if (!batch.isCrcValid()) {
            throw new UndecodableBatchException(
                    partition, position(partition), next, "its checksum is wrong", null);
        }
        if (!batch.isControl()) {
            try {
                if (!readRecords(partition, batch)) {
                    return;
                }
            } catch (CorruptRecordException | UnsupportedCodecException unreadable) {
                throw new UndecodableBatchException(
                        partition, position(partition), next, unreadable);
            }
        }
        positions.put(partition.partition(), Math.max(position(partition), next));
    }

    /** Returns whether the batch was read to its end. */
    private boolean readRecords(TopicPartition partition, RecordBatch batch) {
        long from = position(partition);
        try (RecordIteration records = batch.records(codecs, MOST_DECOMPRESSED_BYTES)) {
            while (records.hasNext()) {
                if (isEnough()) {
                    return false;
                }
                Record record = records.next();
                if (record.offset() >= from) {
                    received.add(new Consumer.Received(partition, record));
                    bytes += RECORD_OVERHEAD + size(record);
                    positions.put(partition.partition(), record.offset() + 1);
                }
            }
            return true;
        }
    }

    private static int size(Record record) {
        return (record.key() == null ? 0 : record.key().remaining())
                + (record.value() == null ? 0 : record.value().remaining());
    }
}
