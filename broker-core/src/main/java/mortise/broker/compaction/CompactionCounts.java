package mortise.broker.compaction;

import java.nio.ByteBuffer;
import mortise.record.RecordBatch;
import org.jspecify.annotations.Nullable;

/** What one compaction of a log met. Confined to one thread. */
final class CompactionCounts {
    private long bytesRead;
    private long bytesKept;
    private long keylessRecords;
    private long undecodableBatches;
    private @Nullable String firstUndecodable;

    void read(RecordBatch batch) {
        bytesRead += batch.sizeInBytes();
    }

    void kept(@Nullable ByteBuffer batch) {
        bytesKept += batch == null ? 0 : batch.remaining();
    }

    void keyless() {
        keylessRecords++;
    }

    void undecodable(RecordBatch batch, String why) {
        undecodableBatches++;
        if (firstUndecodable == null) {
            firstUndecodable = "at offset " + batch.baseOffset() + ": " + why;
        }
    }

    long bytesRead() {
        return bytesRead;
    }

    long bytesKept() {
        return bytesKept;
    }

    long keylessRecords() {
        return keylessRecords;
    }

    long undecodableBatches() {
        return undecodableBatches;
    }

    /** Where the first batch lies that could not be opened, and why; null if all could. */
    @Nullable String firstUndecodable() {
        return firstUndecodable;
    }
}
