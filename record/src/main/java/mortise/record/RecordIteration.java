package mortise.record;

import java.util.Iterator;

/**
 * A walk over the records of one batch, in order, once. {@code hasNext} and {@code next} throw
 * {@link CorruptRecordException} where the records contradict the header or their own format, also
 * when bytes are left over after the last of them; after that the walk is over.
 *
 * <p>Confined to one thread. Must be closed: a codec may hold native memory.
 */
public sealed interface RecordIteration extends Iterator<Record>, AutoCloseable
        permits PlainRecords, CompressedRecords {
    /** Releases what the codec holds. Records that were read stay valid. */
    @Override
    void close();
}
