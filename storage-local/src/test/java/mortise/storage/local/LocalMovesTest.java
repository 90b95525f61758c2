package mortise.storage.local;

import java.util.Map;
import mortise.spi.storage.StorageProvider;
import mortise.tck.storage.MoveContract;

/** The kit's contract of moves holds for storage-local. */
class LocalMovesTest implements MoveContract {
    @Override
    public StorageProvider provider() {
        return new LocalStorageProvider();
    }

    @Override
    public Map<String, String> severalDirectories() {
        return Map.of("storage.local.directories", "a,b,c");
    }
}
