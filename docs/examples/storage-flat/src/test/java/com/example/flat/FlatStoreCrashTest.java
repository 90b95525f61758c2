package com.example.flat;

import mortise.spi.storage.StorageProvider;
import mortise.tck.storage.StorageCrashContract;

/** What was synced survives a crash, whatever the disk does with the rest. */
class FlatStoreCrashTest implements StorageCrashContract {
    @Override
    public StorageProvider provider() {
        return new FlatProvider();
    }
}
