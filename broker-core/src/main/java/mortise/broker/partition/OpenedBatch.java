package mortise.broker.partition;

import mortise.record.RecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * A batch that was opened.
 *
 * @param batch as it is to be written: the same, or another in its place
 * @param refusal why it is not to be written; null if it is
 */
public record OpenedBatch(RecordBatch batch, @Nullable Refusal refusal) {
    /** One that is not to be written. */
    public static OpenedBatch refused(RecordBatch batch, Refusal why) {
        return new OpenedBatch(batch, why);
    }
}
