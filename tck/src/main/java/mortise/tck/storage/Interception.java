package mortise.tck.storage;

import java.util.function.Supplier;
import mortise.spi.storage.LogId;
import org.jspecify.annotations.Nullable;

/** What a wrapper does around every call that goes through it. Thread-safe. */
interface Interception {
    /**
     * Runs a call, or does not.
     *
     * @param log the log concerned; nothing for calls that concern the store
     */
    <T extends @Nullable Object> T around(
            StorageCall call, @Nullable LogId log, Supplier<T> action);
}
