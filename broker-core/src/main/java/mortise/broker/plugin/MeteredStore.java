package mortise.broker.plugin;

import java.util.List;
import java.util.Optional;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogMoves;
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

    private RuntimeException logFailed(String call, Throwable failure) {
        return StorageFailure.of(activity, call, failure, StorageException.Reach.LOG);
    }

    private RuntimeException directoryFailed(String call, Throwable failure) {
        return StorageFailure.of(activity, call, failure, StorageException.Reach.DIRECTORY);
    }

    @Override
    public void start() {
        instance.start();
    }

    @Override
    public List<LogId> stored() {
        return activity.call("stored", () -> store.stored(), this::directoryFailed);
    }

    @Override
    public PartitionLog open(LogId id, LogSettings settings) {
        return activity.call(
                "open", () -> new MeteredLog(store.open(id, settings), activity), this::logFailed);
    }

    @Override
    public PartitionLog create(LogId id, LogSettings settings) {
        return activity.call(
                "create",
                () -> new MeteredLog(store.create(id, settings), activity),
                this::logFailed);
    }

    @Override
    public void delete(LogId id) {
        activity.run("delete", () -> store.delete(id), this::logFailed);
    }

    @Override
    public List<LogDirectory> directories() {
        return store.directories();
    }

    @Override
    public Optional<LogMoves> moves() {
        return store.moves().map(MeteredMoves::new);
    }

    /** The moves of a plugin's store. */
    private final class MeteredMoves implements LogMoves {
        private final LogMoves moves;

        MeteredMoves(LogMoves moves) {
            this.moves = moves;
        }

        @Override
        public List<FutureLog> futures() {
            return activity.call("futures", moves::futures, MeteredStore.this::directoryFailed);
        }

        @Override
        public PartitionLog begin(LogId id, LogDirectory directory, LogSettings settings) {
            return activity.call(
                    "begin",
                    () -> new MeteredLog(moves.begin(id, directory, settings), activity),
                    MeteredStore.this::logFailed);
        }

        @Override
        public void drop(LogId id) {
            activity.run("drop", () -> moves.drop(id), MeteredStore.this::logFailed);
        }

        @Override
        public void replace(LogId id) {
            activity.run("replace", () -> moves.replace(id), MeteredStore.this::logFailed);
        }
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
