package mortise.tck.storage;

import java.util.List;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;

/** A store that passes every call on through an {@link Interception}, and wraps its logs. */
abstract class InterceptedStore implements LogStore, Interception {
    private final LogStore store;

    InterceptedStore(LogStore store) {
        this.store = store;
    }

    /** Puts this wrapper around a log that the store has opened. */
    PartitionLog wrap(LogId id, PartitionLog log) {
        return new InterceptedLog(id, log, this);
    }

    @Override
    public final void start() {
        around(StorageCall.START, null, InterceptedLog.nothing(store::start));
    }

    @Override
    public final List<LogId> stored() {
        return around(StorageCall.STORED, null, store::stored);
    }

    @Override
    public final PartitionLog open(LogId id, LogSettings settings) {
        return around(StorageCall.OPEN, id, () -> wrap(id, store.open(id, settings)));
    }

    @Override
    public final PartitionLog create(LogId id, LogSettings settings) {
        return around(StorageCall.CREATE, id, () -> wrap(id, store.create(id, settings)));
    }

    @Override
    public final void delete(LogId id) {
        around(StorageCall.DELETE, id, InterceptedLog.nothing(() -> store.delete(id)));
    }

    @Override
    public final List<LogDirectory> directories() {
        return around(StorageCall.DIRECTORIES, null, store::directories);
    }

    @Override
    public final void abandon() {
        around(StorageCall.CLOSE_STORE, null, InterceptedLog.nothing(store::abandon));
    }

    @Override
    public final void close() {
        around(StorageCall.CLOSE_STORE, null, InterceptedLog.nothing(store::close));
    }
}
