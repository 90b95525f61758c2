package mortise.tck.storage;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import mortise.spi.storage.BatchRewriter;
import mortise.spi.storage.LogCompaction;
import mortise.spi.storage.LogId;
import mortise.spi.storage.SealedSegment;
import org.jspecify.annotations.Nullable;

/** The compaction of a log that passes every call on through an {@link Interception}. */
final class InterceptedCompaction implements LogCompaction {
    private final LogId id;
    private final LogCompaction compaction;
    private final Interception interception;

    InterceptedCompaction(LogId id, LogCompaction compaction, Interception interception) {
        this.id = id;
        this.compaction = compaction;
        this.interception = interception;
    }

    private <T extends @Nullable Object> T around(StorageCall call, Supplier<T> action) {
        return interception.around(call, id, action);
    }

    @Override
    public List<SealedSegment> sealed() {
        return around(StorageCall.SEALED, compaction::sealed);
    }

    @Override
    public long compactedTo() {
        return around(StorageCall.COMPACTED_TO, compaction::compactedTo);
    }

    @Override
    public void noteCompactedTo(long offset) {
        around(
                StorageCall.NOTE_COMPACTED_TO,
                InterceptedLog.nothing(() -> compaction.noteCompactedTo(offset)));
    }

    @Override
    public Optional<SealedSegment> rewrite(List<SealedSegment> segments, BatchRewriter rewriter) {
        return around(StorageCall.REWRITE, () -> compaction.rewrite(segments, rewriter));
    }
}
