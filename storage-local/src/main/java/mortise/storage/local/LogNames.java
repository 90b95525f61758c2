package mortise.storage.local;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Whether the names of a log's files, and the files that say which log it is, are durable. Anyone
 * may note that a name has changed, after it has; {@link #sync} runs under the log's sync lock.
 */
final class LogNames {
    private final Path path;
    private final LocalLogDirectory directory;

    /** Files were created that no directory sync has covered. */
    private volatile boolean changed;

    private volatile boolean metadataChanged;

    LogNames(LogContext log, boolean metadataChanged, boolean changed) {
        this.path = log.path();
        this.directory = log.directory();
        this.metadataChanged = metadataChanged;
        this.changed = changed;
    }

    /** Notes that a file was created, renamed or removed. */
    void change() {
        changed = true;
    }

    boolean isChanged() {
        return changed;
    }

    /** Makes all names durable, whether or not anything says that one has changed. */
    void syncAll() throws IOException {
        metadataChanged = true;
        changed = true;
        directory.namesChanged();
        sync();
    }

    /** Makes durable what has changed. */
    void sync() throws IOException {
        if (metadataChanged) {
            DiskFiles.syncFile(path.resolve(PartitionMetadata.FILE));
            DiskFiles.syncFileIfPresent(path.resolve(SegmentManifest.FILE));
            metadataChanged = false;
        }
        if (changed) {
            changed = false; // before, for the writer may make another meanwhile
            try {
                DiskFiles.syncDirectory(path);
            } catch (IOException failed) {
                changed = true; // it may not even have been opened
                throw failed;
            }
        }
        directory.syncNames();
    }
}
