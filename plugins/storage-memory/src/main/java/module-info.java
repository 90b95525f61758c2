import mortise.spi.storage.StorageProvider;
import mortise.storage.memory.MemoryStorageProvider;
import org.jspecify.annotations.NullMarked;

/** Partition logs on the heap, for embedding and tests. Its face is the service. */
@NullMarked
module mortise.storage.memory {
    requires static org.jspecify;
    requires mortise.spi;

    provides StorageProvider with
            MemoryStorageProvider;
}
