package mortise.tck.storage;

import mortise.spi.storage.StorageProvider;

/** The kit holds for the kit's own store. */
class JournalStoreTest implements StorageContract {
    @Override
    public StorageProvider provider() {
        return JournalStore.with();
    }
}
