package mortise.broker.plugin;

import mortise.spi.storage.OffsetOutOfRangeException;
import mortise.spi.storage.StorageException;

/** What a storage plugin threw, as the broker may hear it. */
final class StorageFailure {
    private StorageFailure() {}

    /**
     * The exception to throw instead. What the contract allows stays as it is; anything else is a
     * fault of the plugin, named, that fails what the call was about.
     *
     * @throws VirtualMachineError if that is what was thrown
     */
    static RuntimeException of(
            PluginActivity activity, String call, Throwable failure, StorageException.Reach reach) {
        return switch (failure) {
            case OffsetOutOfRangeException allowed -> allowed;
            case StorageException allowed -> {
                activity.noted(call, allowed);
                yield allowed;
            }
            case StackOverflowError unbounded ->
                    new StorageException(reach, activity.noted(call, unbounded), unbounded);
            case VirtualMachineError fatal -> throw fatal;
            default -> new StorageException(reach, activity.noted(call, failure), failure);
        };
    }
}
