package com.example.flat;

import mortise.spi.storage.StorageProvider;
import mortise.tck.storage.StorageContract;

/** What every store does. */
class FlatStoreTest implements StorageContract {
    @Override
    public StorageProvider provider() {
        return new FlatProvider();
    }
}
