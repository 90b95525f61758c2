package mortise.tck.storage;

import mortise.spi.storage.StorageProvider;

/** The crash contract holds for the kit's own store. */
class JournalStoreCrashTest implements StorageCrashContract {
    @Override
    public StorageProvider provider() {
        return JournalStore.with();
    }
}
