package mortise.storage.local;

import java.nio.file.Path;
import mortise.api.TopicPartition;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;

/**
 * What the parts of an open log go by: which log it is, where it lies, and the settings in force.
 * The writer changes the settings; all else never changes.
 */
final class LogContext {
    private final LogId id;
    private final Path path;
    private final LocalLogDirectory directory;
    private final StoreParts parts;
    private volatile LogSettings settings;

    LogContext(
            LogId id,
            Path path,
            LocalLogDirectory directory,
            StoreParts parts,
            LogSettings settings) {
        this.id = id;
        this.path = path;
        this.directory = directory;
        this.parts = parts;
        this.settings = settings;
    }

    LogId id() {
        return id;
    }

    TopicPartition partition() {
        return id.partition();
    }

    /** The directory with the files of the log. */
    Path path() {
        return path;
    }

    /** The log directory that {@link #path} lies in. */
    LocalLogDirectory directory() {
        return directory;
    }

    StoreParts parts() {
        return parts;
    }

    LogSettings settings() {
        return settings;
    }

    void configure(LogSettings changed) {
        settings = changed;
    }
}
