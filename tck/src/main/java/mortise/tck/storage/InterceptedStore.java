package mortise.tck.storage;

import java.util.List;
import java.util.Optional;
import mortise.api.TopicPartition;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogMoves;
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
    public final Optional<LogMoves> moves() {
        return around(StorageCall.MOVES, null, store::moves).map(InterceptedMoves::new);
    }

    /** Moves that pass on every call in the same way, and wrap future logs as the others. */
    private final class InterceptedMoves implements LogMoves {
        private final LogMoves moves;

        InterceptedMoves(LogMoves moves) {
            this.moves = moves;
        }

        @Override
        public List<FutureLog> futures() {
            return around(StorageCall.FUTURES, null, moves::futures);
        }

        @Override
        public PartitionLog begin(LogId id, LogDirectory directory, LogSettings settings) {
            return around(
                    StorageCall.BEGIN_MOVE,
                    id,
                    () -> wrap(futureOf(id), moves.begin(id, directory, settings)));
        }

        @Override
        public void drop(LogId id) {
            around(StorageCall.DROP_MOVE, id, InterceptedLog.nothing(() -> moves.drop(id)));
        }

        @Override
        public void replace(LogId id) {
            around(StorageCall.REPLACE, id, InterceptedLog.nothing(() -> moves.replace(id)));
        }

        /**
         * What tells calls of a future log from those of the current one, which has a writer too.
         */
        private static LogId futureOf(LogId id) {
            return new LogId(
                    id.topicId(),
                    new TopicPartition(
                            id.partition().topic() + ".future", id.partition().partition()));
        }
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
