package mortise.storage.local;

import mortise.spi.storage.StorageProvider;
import mortise.tck.storage.StorageContract;

/** The kit's contract holds for storage-local on a simulated disk. */
class LocalStorageContractTest implements StorageContract {
    @Override
    public StorageProvider provider() {
        return new LocalStorageProvider();
    }
}
