package mortise.simulation.client;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import mortise.record.Codecs;
import mortise.record.CorruptRecordException;
import mortise.record.Record;
import mortise.record.RecordBatch;
import mortise.record.RecordBatches;
import mortise.record.RecordIteration;
import mortise.simulation.check.Ids;
import mortise.simulation.check.PartitionLedger;
import mortise.simulation.check.Violation;
import mortise.wire.Payload;
import org.jspecify.annotations.Nullable;

/** The records of a fetch answer, opened and checked batch by batch. */
final class FetchedRecords {
    private static final int MOST_BYTES = 1 << 20;
    private static final Codecs CODECS = Codecs.load(List.of());

    private FetchedRecords() {}

    /**
     * Reads what came for a partition.
     *
     * @param offset what was asked for
     * @return the records from that offset on
     */
    static List<PartitionLedger.Read> read(
            PartitionLedger partition, long offset, @Nullable Payload records) {
        List<PartitionLedger.Read> read = new ArrayList<>();
        if (records == null) {
            return read;
        }
        long next = -1;
        ByteBuffer bytes = records.buffer();
        int whole = RecordBatches.of(bytes).wholeBytes();
        for (RecordBatch batch : RecordBatches.of(bytes.slice(bytes.position(), whole))) {
            require(batch.isCrcValid(), partition, "a batch with a wrong checksum", batch);
            require(
                    next < 0
                            ? batch.baseOffset() <= offset && offset <= batch.lastOffset()
                            : batch.baseOffset() == next,
                    partition,
                    "a gap: asked for " + offset + ", next was " + next,
                    batch);
            next = batch.nextOffset();
            open(partition, offset, batch, read);
        }
        return read;
    }

    private static void open(
            PartitionLedger partition,
            long offset,
            RecordBatch batch,
            List<PartitionLedger.Read> read) {
        try (RecordIteration records = batch.records(CODECS, MOST_BYTES)) {
            while (records.hasNext()) {
                Record record = records.next();
                ByteBuffer key = record.key();
                require(
                        key != null && key.remaining() == Ids.BYTES,
                        partition,
                        "a record without its number",
                        batch);
                if (record.offset() >= offset) {
                    read.add(
                            new PartitionLedger.Read(record.offset(), key.getLong(key.position())));
                }
            }
        } catch (CorruptRecordException corrupt) {
            throw new Violation("corrupt", partition + ": " + batch, corrupt);
        }
    }

    private static void require(
            boolean holds, PartitionLedger partition, String what, RecordBatch batch) {
        if (!holds) {
            throw new Violation("corrupt", partition + ": " + what + ": " + batch);
        }
    }
}
