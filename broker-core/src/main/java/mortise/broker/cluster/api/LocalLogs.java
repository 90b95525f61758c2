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

    /** The logs that are open. */
    Collection<LocalLog> logs();

    /**
     * An open log.
     *
     * @param directory where it lies
     * @param offsetLag how many offsets its high watermark is behind its end
     */
    record LocalLog(
            TopicPartition partition, LogDirectory directory, long sizeInBytes, long offsetLag) {}
}
