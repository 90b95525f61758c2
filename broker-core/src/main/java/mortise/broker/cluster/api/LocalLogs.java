package mortise.broker.cluster.api;

import java.util.Collection;
import java.util.List;
import mortise.api.TopicPartition;
import mortise.spi.storage.LogDirectory;

/**
 * The logs of this broker and the directories that they lie in, as DescribeLogDirs tells them.
 * Thread-safe.
 */
public interface LocalLogs {
    /** Where logs are kept. */
    List<LogDirectory> directories();

    /** The logs that are open, and those that are to take their places in other directories. */
    Collection<LocalLog> logs();

    /**
     * An open log.
     *
     * @param directory where it lies
     * @param offsetLag how many offsets its high watermark is behind its end; of a future log, how
     *     many offsets that is behind the log
     * @param isFuture whether it is to take the place of a log in another directory
     */
    record LocalLog(
            TopicPartition partition,
            LogDirectory directory,
            long sizeInBytes,
            long offsetLag,
            boolean isFuture) {}
}
