package mortise.broker.compaction;

import mortise.record.Codec;
import mortise.record.Codecs;
import mortise.record.CompressionType;
import mortise.record.RecordBatch;
import mortise.record.RecordIteration;
import org.jspecify.annotations.Nullable;

/**
 * How batches are opened.
 *
 * @param maxDecompressedBytes how many bytes one may unfold to before it counts as undecodable
 */
public record Opening(Codecs codecs, long maxDecompressedBytes) {
    RecordIteration records(RecordBatch batch) {
        return batch.records(codecs, maxDecompressedBytes);
    }

    /** The codec that a batch is compressed with, or null if it is not. */
    @Nullable Codec codec(RecordBatch batch) {
        return batch.codecId() == CompressionType.NONE.id()
                ? null
                : codecs.require(batch.codecId());
    }
}
