package mortise.broker.plugin;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import mortise.spi.storage.BatchRewriter;
import mortise.spi.storage.LogCompaction;
import mortise.spi.storage.SealedSegment;
import mortise.spi.storage.StorageException;
import org.jspecify.annotations.Nullable;

/** The compaction of a log of a storage plugin, with its calls counted. */
final class MeteredCompaction implements LogCompaction {
    private final LogCompaction compaction;
    private final PluginActivity activity;

    MeteredCompaction(LogCompaction compaction, PluginActivity activity) {
        this.compaction = compaction;
        this.activity = activity;
    }

    /** A compaction that fails is the end of itself only: the segments are as they were. */
    private RuntimeException failed(String call, Throwable failure) {
        return StorageFailure.of(activity, call, failure, StorageException.Reach.CALL);
    }

    @Override
    public List<SealedSegment> sealed() {
        return activity.call("sealed", compaction::sealed, this::failed);
    }

    @Override
    public long compactedTo() {
        return activity.call("compactedTo", compaction::compactedTo, this::failed);
    }

    @Override
    public void noteCompactedTo(long offset) {
        activity.run("noteCompactedTo", () -> compaction.noteCompactedTo(offset), this::failed);
    }

    @Override
    public Optional<SealedSegment> rewrite(List<SealedSegment> segments, BatchRewriter rewriter) {
        Watched watched = new Watched(rewriter);
        return activity.call(
                "rewrite",
                () -> compaction.rewrite(segments, watched),
                (call, failure) ->
                        watched.thrown != null && failure.equals(watched.thrown)
                                ? watched.thrown
                                : failed(call, failure));
    }

    /** A rewriter whose own failure is not taken for the plugin's. Confined to one thread. */
    private static final class Watched implements BatchRewriter {
        private final BatchRewriter rewriter;
        private @Nullable RuntimeException thrown;

        Watched(BatchRewriter rewriter) {
            this.rewriter = rewriter;
        }

        @Override
        public @Nullable ByteBuffer rewrite(ByteBuffer batch) {
            try {
                return rewriter.rewrite(batch);
            } catch (RuntimeException failure) {
                thrown = failure;
                throw failure;
            }
        }
    }
}
