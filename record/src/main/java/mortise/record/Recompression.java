package mortise.record;

import org.jspecify.annotations.Nullable;

/**
 * How a topic keeps its batches, whatever their producers did.
 *
 * @param codec that they are compressed with; null if they are not compressed
 * @param level of the codec
 */
public record Recompression(@Nullable Codec codec, int level) {
    /** Whether a batch is kept in another form than it came in. */
    public boolean changes(RecordBatch batch) {
        return batch.codecId() != (codec == null ? CompressionType.NONE.id() : codec.id());
    }

    /**
     * A produced batch in the form in which it is kept: its records, offsets, timestamps and
     * producer are the same.
     *
     * @param codecs open the batch
     * @param maxDecompressedBytes to how many bytes it may open
     * @param mostBytes how many bytes the result may have
     * @throws BatchTooLargeException if it would have more
     * @throws CorruptRecordException if the batch does not open
     * @throws UnsupportedCodecException if no codec at hand opens it
     */
    public RecordBatch of(
            RecordBatch batch, Codecs codecs, long maxDecompressedBytes, int mostBytes) {
        int expected = codec == null ? 2 * batch.sizeInBytes() : batch.sizeInBytes();
        try (RecordIteration records = batch.records(codecs, maxDecompressedBytes);
                RecordBatchBuilder builder =
                        RecordBatchBuilder.growing(Math.min(expected, mostBytes), mostBytes)) {
            builder.baseOffset(batch.baseOffset())
                    .leaderEpoch(batch.leaderEpoch())
                    .producer(batch.producerId(), batch.producerEpoch(), batch.baseSequence())
                    .retainLastOffset(batch.lastOffset());
            if (batch.isTransactional()) {
                builder.transactional();
            }
            if (codec != null) {
                builder.codec(codec, level);
            }
            while (records.hasNext()) {
                builder.append(records.next());
            }
            return builder.build();
        }
    }
}
