package mortise.spi.storage;

import java.util.List;
import java.util.Optional;
import mortise.spi.CalledOn;
import mortise.spi.Caller;
import mortise.spi.Lifecycle;

/**
 * The partition logs of one broker. Methods may be called concurrently for different partitions,
 * never for one.
 */
public interface LogStore extends Lifecycle {
    /**
     * Takes hold of the store's place and finds what is there.
     *
     * @throws StorageException if the place cannot be used, saying why
     */
    @Override
    @CalledOn(Caller.VIRTUAL)
    void start();

    /** The logs that the store holds, open or not. */
    @CalledOn(Caller.VIRTUAL)
    List<LogId> stored();

    /**
     * Opens a log, creating it if there is none, and recovers it if the last close was not clean:
     * afterwards it ends at the last whole batch. What it holds need not be durable up to there:
     * {@link PartitionLog#durableEnd} says.
     *
     * @throws StorageException if the log cannot be opened; of reach {@code CALL} if the cause can
     *     pass, so that opening it again later may go well
     */
    @CalledOn(Caller.VIRTUAL)
    PartitionLog open(LogId id, LogSettings settings);

    /**
     * Opens the log of a partition that the cluster has just created, so that no place which the
     * store cannot look at for now holds it: it may be put elsewhere.
     *
     * @throws StorageException as {@link #open} does
     */
    @CalledOn(Caller.VIRTUAL)
    default PartitionLog create(LogId id, LogSettings settings) {
        return open(id, settings);
    }

    /**
     * Removes a log for good; slices of it stay readable until they are closed. Nothing happens if
     * there is none. A {@link PartitionLog#sync} or a read that is under way ends by itself, and
     * harms no other log.
     */
    @CalledOn(Caller.VIRTUAL)
    void delete(LogId id);

    /** Where logs are kept. A store without directories has one that stands for the whole store. */
    @CalledOn(Caller.ANY)
    List<LogDirectory> directories();

    /** How logs are moved between directories, if the store has several and can do that. */
    @CalledOn(Caller.ANY)
    default Optional<LogMoves> moves() {
        return Optional.empty();
    }

    /**
     * Lets go of the place as the end of the process would: nothing is flushed, and nothing says
     * that the logs were closed cleanly, so the next start recovers them. No log may be in use. By
     * default the same as {@link #close}, which is right for a store that keeps nothing.
     */
    @CalledOn(Caller.VIRTUAL)
    default void abandon() {
        close();
    }

    /** Closes every open log cleanly and lets go of the place. */
    @Override
    @CalledOn(Caller.VIRTUAL)
    void close();
}
