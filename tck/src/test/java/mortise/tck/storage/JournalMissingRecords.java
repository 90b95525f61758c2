package mortise.tck.storage;

import java.io.IOException;
import java.nio.file.Path;
import mortise.spi.storage.LogId;
import mortise.spi.storage.StorageProvider;
import mortise.tck.storage.JournalStore.Flaw;

/** The contract of missing records for the kit's own store, with or without flaws. */
class JournalMissingRecords implements MissingRecordsContract {
    private final Flaw[] flaws;

    JournalMissingRecords(Flaw... flaws) {
        this.flaws = flaws;
    }

    @Override
    public StorageProvider provider() {
        return JournalStore.witnessing(flaws);
    }

    @Override
    public void destroy(Path dataDirectory, LogId id, long offset) throws IOException {
        JournalLog.destroy(JournalStore.fileIn(dataDirectory, id), offset);
    }
}
