package mortise.broker.partition;

import java.util.concurrent.CompletableFuture;
import mortise.broker.compaction.LastBatches;
import mortise.metadata.PartitionImage;
import mortise.metadata.TopicSettings;
import org.jspecify.annotations.Nullable;

/**
 * A change of role, settings or start. Travels in the mailbox's control lane, which is never full,
 * and is executed on a drain thread; what of it waits for a disk is a suspended step.
 *
 * <p>Whoever sends one waits for its result before the next, so the lane holds a handful at most.
 */
sealed interface ControlCommand {
    /** Completed when the command has been executed, or with why it could not be. */
    CompletableFuture<?> done();

    /** Follow the cluster's metadata: lead, or stop leading. */
    record Lead(PartitionImage image, CompletableFuture<Void> done) implements ControlCommand {}

    /** Use other settings from now on. */
    record Configure(TopicSettings settings, CompletableFuture<Void> done)
            implements ControlCommand {}

    /**
     * Drop what lies below an offset.
     *
     * @param offset the new start; {@link Partition#HIGH_WATERMARK} for the high watermark
     * @param done given the start that the log has afterwards
     */
    record AdvanceStart(long offset, CompletableFuture<Long> done) implements ControlCommand {}

    /** Say which batches the producers sent last. */
    record TellLastBatches(CompletableFuture<LastBatches> done) implements ControlCommand {}

    /**
     * Go on after the start has moved, or could not.
     *
     * @param moved the command that asked for it
     * @param offset the start that it moved to
     * @param failure why it could not be moved, or null
     */
    record StartMoved(AdvanceStart moved, long offset, @Nullable Throwable failure)
            implements ControlCommand {
        @Override
        public CompletableFuture<Long> done() {
            return moved.done();
        }
    }

    /**
     * Put a copy of the log in another directory into the log's place.
     *
     * @param done given whether it is there; if not, there is more to copy, or the move has ended
     */
    record ReplaceLog(LogMove move, CompletableFuture<Boolean> done) implements ControlCommand {}

    /**
     * Stop serving for good.
     *
     * @param keep whether producers and epochs are kept beside the log for the next start
     */
    record Stop(boolean keep, CompletableFuture<Void> done) implements ControlCommand {}
}
