package mortise.spi.storage;

import java.util.Optional;
import java.util.UUID;

/**
 * A place that fails as one: the logs on a failed directory are offline, the others go on.
 * Thread-safe.
 */
public interface LogDirectory {
    /** The directory's identity, which survives moving it. */
    UUID id();

    /** Its path or another name for people. */
    String location();

    /** Why it cannot be used any more, if so. */
    Optional<String> failure();

    /** Bytes in all and bytes usable, or -1 where that has no meaning. May touch the disk. */
    Space space();

    /** The size of a directory's volume. */
    record Space(long totalBytes, long usableBytes) {}
}
