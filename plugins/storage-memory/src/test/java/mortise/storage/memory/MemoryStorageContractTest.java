package mortise.storage.memory;

import mortise.spi.storage.StorageProvider;
import mortise.tck.storage.StorageContract;

/** The kit's contract holds for storage-memory. */
class MemoryStorageContractTest implements StorageContract {
    @Override
    public StorageProvider provider() {
        return new MemoryStorageProvider();
    }
}
