package mortise.record;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Batches one after the other in a buffer, as a log or a fetch response has them. A view: the
 * buffer is lent, and each batch is a slice of it.
 */
public final class RecordBatches implements Iterable<RecordBatch> {
    private final ByteBuffer bytes;

    private RecordBatches(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /**
     * The batches in the remaining bytes of a buffer, whose position and limit stay as they are.
     */
    public static RecordBatches of(ByteBuffer batches) {
        return new RecordBatches(batches.slice());
    }

    /** A walk from the start. */
    @Override
    public BatchIterator iterator() {
        return new BatchIterator(bytes);
    }

    /** How many bytes, from the start, hold whole batches. */
    public int wholeBytes() {
        return walked().position();
    }

    /** What stands after the last whole batch; null if nothing does. */
    public @Nullable BatchTail tail() {
        return walked().tail();
    }

    private BatchIterator walked() {
        BatchIterator walk = iterator();
        while (walk.hasNext()) {
            walk.skip();
        }
        return walk;
    }
}
