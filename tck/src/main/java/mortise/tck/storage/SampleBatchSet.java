package mortise.tck.storage;

import java.nio.ByteBuffer;
import java.util.List;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.BatchSet;
import org.jspecify.annotations.Nullable;

/**
 * Batches lent to a store in buffers of their own, which {@link #scribble} ruins afterwards, so
 * that a store that kept one is found out. Every other buffer is direct, and none begins at 0.
 */
public final class SampleBatchSet implements BatchSet {
    private static final int PADDING = 7;

    private final List<SampleBatch> batches;
    private final List<ByteBuffer> memory;
    private final List<ByteBuffer> lent;
    private final @Nullable AbortedTransaction aborted;

    private SampleBatchSet(
            List<SampleBatch> batches,
            List<ByteBuffer> memory,
            @Nullable AbortedTransaction aborted) {
        this.aborted = aborted;
        this.batches = batches;
        this.memory = memory;
        this.lent =
                memory.stream()
                        .map(buffer ->
                                buffer.asReadOnlyBuffer()
                                        .position(PADDING)
                                        .limit(buffer.capacity() - PADDING))
                        .toList();
    }

    /** These batches, at least one. */
    public static SampleBatchSet of(List<SampleBatch> batches) {
        if (batches.isEmpty()) {
            throw new IllegalArgumentException("a set holds at least one batch");
        }
        return new SampleBatchSet(
                List.copyOf(batches), batches.stream().map(SampleBatchSet::copy).toList(), null);
    }

    /** A batch that stands for the marker which aborts a transaction. */
    public static SampleBatchSet aborting(SampleBatch marker, AbortedTransaction transaction) {
        return new SampleBatchSet(List.of(marker), List.of(copy(marker)), transaction);
    }

    private static ByteBuffer copy(SampleBatch batch) {
        int size = batch.sizeInBytes() + 2 * PADDING;
        ByteBuffer buffer =
                batch.baseOffset() % 2 == 0
                        ? ByteBuffer.allocate(size)
                        : ByteBuffer.allocateDirect(size);
        return buffer.put(PADDING, batch.content(), 0, batch.sizeInBytes());
    }

    /** Ruins the buffers, as their owner may once the store has returned. */
    public void scribble() {
        for (ByteBuffer buffer : memory) {
            for (int i = 0; i < buffer.capacity(); i++) {
                buffer.put(i, (byte) 0xDB);
            }
        }
    }

    @Override
    public int count() {
        return batches.size();
    }

    @Override
    public ByteBuffer buffer(int index) {
        return lent.get(index);
    }

    @Override
    public long baseOffset(int index) {
        return batches.get(index).baseOffset();
    }

    @Override
    public long lastOffset(int index) {
        return batches.get(index).lastOffset();
    }

    @Override
    public long maxTimestamp(int index) {
        return batches.get(index).maxTimestamp();
    }

    @Override
    public int leaderEpoch(int index) {
        return batches.get(index).leaderEpoch();
    }

    @Override
    public @Nullable AbortedTransaction aborted(int index) {
        return aborted;
    }

    @Override
    public int sizeInBytes() {
        return batches.stream().mapToInt(SampleBatch::sizeInBytes).sum();
    }
}
