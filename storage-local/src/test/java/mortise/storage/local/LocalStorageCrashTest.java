package mortise.storage.local;

import mortise.spi.storage.StorageProvider;
import mortise.tck.storage.StorageCrashContract;

/** The kit's crash contract holds for storage-local. */
class LocalStorageCrashTest implements StorageCrashContract {
    @Override
    public StorageProvider provider() {
        return new LocalStorageProvider();
    }
}
