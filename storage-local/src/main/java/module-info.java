import mortise.spi.storage.StorageProvider;
import mortise.storage.local.LocalStorageProvider;
import org.jspecify.annotations.NullMarked;

/** Partition logs as Kafka-format segment files on local disk. Its face is the service. */
@NullMarked
module mortise.storage.local {
    requires static org.jspecify;
    // reads past the page cache: com.sun.nio.file.ExtendedOpenOption.DIRECT
    requires jdk.unsupported;
    requires mortise.spi;

    provides StorageProvider with
            LocalStorageProvider;
}
