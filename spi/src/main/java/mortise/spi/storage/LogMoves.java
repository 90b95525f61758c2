package mortise.spi.storage;

import java.util.List;
import mortise.spi.CalledOn;
import mortise.spi.Caller;

/**
 * The part of a store with several directories that puts a log into another one while it is used.
 * The broker copies batches into a second log of the same identity, the <i>future</i> log, and has
 * the store put that in the place of the current one when both hold the same. There is at most one
 * future log for each log.
 *
 * <p><b>Threads.</b> Methods may be called concurrently for different partitions, never for one,
 * and never beside {@link LogStore#open}, {@link LogStore#create} or {@link LogStore#delete} of the
 * same.
 *
 * <p><b>Durability.</b> After a crash at any moment exactly one of the two is the log: the current
 * one, unless {@link #replace} had come so far that the future log holds everything, durably. A
 * future log survives a stop of the process, and a crash as any other log does.
 *
 * <p><b>The end.</b> {@link LogStore#delete} removes a log's future log too, and {@link
 * LogStore#close} closes it cleanly.
 */
public interface LogMoves {
    /**
     * A log on its way.
     *
     * @param directory where it is to lie
     */
    record FutureLog(LogId id, LogDirectory directory) {}

    /** The future logs that the store holds, open or not. */
    @CalledOn(Caller.VIRTUAL)
    List<FutureLog> futures();

    /**
     * Opens the future log in a directory, creating it if there is none there; one in another
     * directory is dropped. It may be empty, or hold the batches that were copied before, without
     * their sidecars, for the log's may have changed since. Whoever continues it makes sure that it
     * ends no later than the current log did when that was opened.
     *
     * @param directory one of {@link LogStore#directories}, and not the one where the log lies
     * @return a log whose writer is the caller; the same one if it is open already
     * @throws StorageException if it cannot be opened, which harms nothing else
     */
    @CalledOn(Caller.VIRTUAL)
    PartitionLog begin(LogId id, LogDirectory directory, LogSettings settings);

    /** Removes the future log of a log, if there is one. Nothing can write to it any more. */
    @CalledOn(Caller.VIRTUAL)
    void drop(LogId id);

    /**
     * Puts the future log in the place of the current one, durably. Both are open, have the same
     * bounds, and no writer is at work; syncs and reads may be under way.
     *
     * <p>The {@link PartitionLog} that was given for the current one stands for the one in its
     * place afterwards: whoever holds it need not be told. A {@link LogPosition} from before bounds
     * reads as before, by its offset. Slices stay readable until they are closed. What has been
     * returned for the future log is closed.
     *
     * @throws StorageException if it could not be done. Of reach {@code CALL} if the current log
     *     goes on as before and the future one is there still, closed, so that {@link #begin} opens
     *     it again; of any other reach if the log is out of use, until the next start of the store
     *     finds one of the two
     * @throws IllegalStateException if they do not have the same bounds
     */
    @CalledOn(Caller.VIRTUAL)
    void replace(LogId id);
}
