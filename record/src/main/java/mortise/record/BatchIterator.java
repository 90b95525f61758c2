package mortise.record;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A walk over concatenated batches that believes no length before the bytes are there. It ends
 * before the first thing that is no whole batch, which {@link #tail()} then describes. Checksums
 * are not its business. Confined to one thread.
 */
public final class BatchIterator implements Iterator<RecordBatch> {
    private final ByteBuffer bytes;
    private int position;
    private int size;
    private @Nullable BatchTail tail;

    BatchIterator(ByteBuffer bytes) {
        this.bytes = bytes;
        examine();
    }

    @Override
    public boolean hasNext() {
        return size > 0;
    }

    @Override
    public RecordBatch next() {
        int start = position;
        int length = size;
        skip();
        return RecordBatch.of(bytes.slice(start, length));
    }

    /** Passes over the next batch without a view of it. */
    public void skip() {
        if (size == 0) {
            throw new NoSuchElementException("no whole batch follows byte " + position);
        }
        position += size;
        examine();
    }

    /** Where the next batch begins, or, at the end, how many bytes held whole batches. */
    public int position() {
        return position;
    }

    /** What stands at the end and is no batch; null before the end, and if nothing is left over. */
    public @Nullable BatchTail tail() {
        return tail;
    }

    private void examine() {
        size = 0;
        int left = bytes.limit() - position;
        if (left == 0) {
            return;
        }
        if (left < RecordBatch.LENGTH_PREFIX_BYTES) {
            tail = new BatchTail(position, left, BatchTail.Cause.TORN, 0);
            return;
        }
        long claimed = RecordBatch.sizeAt(bytes, position);
        BatchTail.Cause fault = fault(left, claimed);
        if (fault == null) {
            size = (int) claimed;
        } else {
            tail = new BatchTail(position, left, fault, claimed);
        }
    }

    private BatchTail.@Nullable Cause fault(int left, long claimed) {
        if (claimed == RecordBatch.LENGTH_PREFIX_BYTES) {
            return BatchTail.Cause.UNWRITTEN;
        }
        if (claimed < RecordBatch.HEADER_BYTES) {
            return BatchTail.Cause.BAD_LENGTH;
        }
        if (left > RecordBatch.MAGIC_AT
                && bytes.get(position + RecordBatch.MAGIC_AT) != RecordBatch.MAGIC) {
            return BatchTail.Cause.BAD_MAGIC;
        }
        return claimed > left ? BatchTail.Cause.TORN : null;
    }
}
