package mortise.storage.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import mortise.spi.storage.LogId;
import mortise.spi.storage.StorageProvider;
import mortise.tck.storage.MissingRecordsContract;

/** The kit's promises about lost files hold for storage-local: the segment's file is removed. */
class LocalMissingRecordsTest implements MissingRecordsContract {
    @Override
    public StorageProvider provider() {
        return new LocalStorageProvider();
    }

    @Override
    public void destroy(Path dataDirectory, LogId id, long offset) throws IOException {
        Path log = dataDirectory.resolve("logs").resolve(id.partition().toString());
        try (var files = Files.list(log)) {
            Files.delete(
                    files.filter(file ->
                                    LogFiles.offset(DiskFiles.name(file), LogFiles.LOG)
                                                    .orElse(Long.MAX_VALUE)
                                            <= offset)
                            .max(Comparator.naturalOrder())
                            .orElseThrow());
        }
    }
}
