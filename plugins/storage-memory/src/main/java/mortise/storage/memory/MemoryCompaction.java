package mortise.storage.memory;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import mortise.spi.storage.BatchRewriter;
import mortise.spi.storage.LogCompaction;
import mortise.spi.storage.SealedSegment;

/** Replaces sealed segments of a log on the heap by what a rewriter leaves of them. */
final class MemoryCompaction implements LogCompaction {
    private final MemoryPartitionLog log;

    /** Lowered by truncation. */
    private volatile long compactedTo;

    MemoryCompaction(MemoryPartitionLog log) {
        this.log = log;
    }

    @Override
    public List<SealedSegment> sealed() {
        return log.content().sealed().stream().map(MemoryCompaction::described).toList();
    }

    private static SealedSegment described(MemorySegment segment) {
        return new SealedSegment(
                segment.baseOffset(),
                segment.endOffset(),
                Math.toIntExact(segment.sizeInBytes()),
                Math.max(-1, segment.maxTimestamp()),
                segment.addedAtMillis());
    }

    @Override
    public long compactedTo() {
        return compactedTo;
    }

    @Override
    public void noteCompactedTo(long offset) {
        compactedTo = Math.min(offset, log.end().offset());
    }

    /** The log ends at an offset now. */
    void cutTo(long offset) {
        compactedTo = Math.min(compactedTo, offset);
    }

    @Override
    public Optional<SealedSegment> rewrite(List<SealedSegment> segments, BatchRewriter rewriter) {
        List<MemorySegment> replaced =
                log.content().sealed().stream()
                        .filter(segment ->
                                segment.baseOffset() >= segments.getFirst().baseOffset()
                                        && segment.baseOffset() <= segments.getLast().baseOffset())
                        .toList();
        if (!replaced.stream().map(MemoryCompaction::described).toList().equals(segments)) {
            return Optional.empty();
        }
        List<StoredBatch> left = new ArrayList<>();
        List<StoredBatch> gone = new ArrayList<>();
        for (MemorySegment segment : replaced) {
            for (int i = 0; i < segment.count(); i++) {
                StoredBatch batch = segment.batch(i);
                rewritten(batch, rewriter).ifPresentOrElse(left::add, () -> gone.add(batch));
            }
        }
        MemorySegment compacted = MemorySegment.compacted(replaced, left);
        if (!log.replace(replaced, compacted)) {
            return Optional.empty();
        }
        gone.forEach(log::dropped);
        return Optional.of(described(compacted));
    }

    private static Optional<StoredBatch> rewritten(StoredBatch batch, BatchRewriter rewriter) {
        ByteBuffer whole = batch.content();
        ByteBuffer left = rewriter.rewrite(whole);
        if (left == null) {
            return Optional.empty();
        }
        return Optional.of(left.equals(whole) ? batch : batch.rewritten(left));
    }
}
