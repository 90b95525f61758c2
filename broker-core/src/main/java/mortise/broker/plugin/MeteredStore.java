package mortise.broker.plugin;

import java.util.List;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;

/** The store of a storage plugin: bounded in starting and closing, counted and named in calls. */
public final class MeteredStore implements LogStore {
    private final PluginInstance<LogStore> instance;
    private final LogStore store;
    private final PluginActivity activity;

    /** A plugin's store. */
    public MeteredStore(PluginInstance<LogStore> instance) {
        this.instance = instance;
        this.store = instance.made();
        this.activity = instance.activity();
    }

    @Override
    public void start() {
        instance.start();
    }

    @Override
    public List<LogId> stored() {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return store.stored();
        } catch (RuntimeException | Error failure) {
            throw StorageFailure.of(activity, "stored", failure, StorageException.Reach.DIRECTORY);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public PartitionLog open(LogId id, LogSettings settings) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return new MeteredLog(store.open(id, settings), activity);
        } catch (RuntimeException | Error failure) {
            throw StorageFailure.of(activity, "open", failure, StorageException.Reach.LOG);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public PartitionLog create(LogId id, LogSettings settings) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return new MeteredLog(store.create(id, settings), activity);
        } catch (RuntimeException | Error failure) {
            throw StorageFailure.of(activity, "create", failure, StorageException.Reach.LOG);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public void delete(LogId id) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            store.delete(id);
        } catch (RuntimeException | Error failure) {
            throw StorageFailure.of(activity, "delete", failure, StorageException.Reach.LOG);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public List<LogDirectory> directories() {
        return store.directories();
    }

    @Override
    public void abandon() {
        instance.end("abandon", store::abandon);
    }

    @Override
    public void close() {
        instance.close();
    }
}
