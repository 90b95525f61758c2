package mortise.broker.cluster;

import java.util.List;
import java.util.concurrent.CompletionStage;
import mortise.metadata.PartitionImage;
import mortise.metadata.TopicSettings;
import mortise.spi.storage.LogId;

/**
 * What the publisher does to the partitions of this broker. Called by one thread at a time for a
 * partition, and for that partition only after the stage of the call before has completed;
 * concurrently for different partitions. Must not block the caller.
 */
public interface PartitionApplier {
    /** The logs that the store holds, whether a topic knows them or not. */
    CompletionStage<List<LogId>> stored();

    /**
     * Opens a partition's log, creates it if there is none, and takes the role that the image
     * gives.
     */
    CompletionStage<?> open(LogId log, PartitionImage partition, TopicSettings settings);

    /**
     * Whether a partition should be served and cannot: its log could not be opened, or it left
     * service since. This is the one place that knows. From any thread, without a lock.
     */
    boolean isOffline(LogId log);

    /** Takes the role that the image gives. */
    CompletionStage<?> changeRole(LogId log, PartitionImage partition);

    /** Applies changed settings to an open partition. */
    CompletionStage<?> configure(LogId log, TopicSettings settings);

    /** Removes a partition, or a log that is not open, for good. */
    CompletionStage<?> delete(LogId log);
}
