package mortise.broker.partition;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import mortise.api.Clock;
import mortise.api.config.Config;
import mortise.broker.compaction.Throttle;
import mortise.broker.mailbox.DrainSite;
import mortise.broker.telemetry.LogMoveEvent;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogMoves;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import mortise.spi.storage.UnreadableDataException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves logs of a broker to other directories, one move for a partition at most. What is done for
 * one partition follows each other; copies of several wait for the lane that they share.
 *
 * <p>Thread-safe; nothing here waits.
 */
final class LogMover implements LogMove.Means {
    private static final Logger LOG = LoggerFactory.getLogger(LogMover.class);
    private static final Duration AGAIN = Duration.ofSeconds(5);

    /** So often in all a move is tried again that was refused for now. */
    private static final int MOST_REFUSALS = 100;

    private final LogMoves moves;
    private final PartitionServices services;
    private final PartitionContext.DirectoryFailures directories;
    private final Throttle throttle;
    private final LogMoveMetrics metrics;

    // guarded by this
    private final Map<LogId, LogMove> running = new HashMap<>();

    /** What is still done of moves that have ended. */
    private final Map<LogId, CompletableFuture<Void>> ending = new HashMap<>();

    LogMover(
            LogMoves moves,
            Config config,
            PartitionServices services,
            PartitionContext.DirectoryFailures directories,
            LogMoveMetrics metrics) {
        this.moves = moves;
        this.services = services;
        this.directories = directories;
        this.throttle =
                new Throttle(
                        services.clock(),
                        config.find(PartitionSettings.MOVE_BYTES_PER_SECOND)
                                .map(size -> (double) size.bytes())
                                .orElse(Double.POSITIVE_INFINITY));
        this.metrics = metrics;
    }

    /** How many moves there are. */
    synchronized int count() {
        return running.size();
    }

    @Override
    public LogMoves moves() {
        return moves;
    }

    @Override
    public Clock clock() {
        return services.clock();
    }

    @Override
    public LogCopy copy(LogMove move, PartitionLog from, PartitionLog to) {
        return new LogCopy(
                from, to, throttle, metrics.copiedBytes(), services.clock(), move::isEnded);
    }

    // ---- what others ask

    /**
     * Moves a partition to a directory, in place of another move that may be under way.
     *
     * @param site where mailboxes drain that write to the target
     * @return completed once the copy has been begun; fails if it cannot be
     */
    CompletionStage<Void> begin(Partition partition, LogDirectory target, DrainSite site) {
        LogId id = partition.id();
        LogMove move = new LogMove(partition, target, site, this);
        CompletableFuture<Void> before;
        synchronized (this) {
            LogMove other = running.get(id);
            if (other != null && other.target().id().equals(target.id())) {
                return CompletableFuture.completedStage(null);
            }
            before = other == null ? ended(id) : other.end();
            running.put(id, move);
            partition.move(move);
        }
        LOG.info(
                "{} moves from log directory {} to {}: {} bytes",
                id,
                partition.log().directory().location(),
                target.location(),
                partition.log().sizeInBytes());
        CompletionStage<Void> opened =
                before.thenCompose(nothing ->
                        services.lanes()
                                .logs()
                                .run(
                                        "begin to move " + move,
                                        () -> {
                                            move.open();
                                            return null;
                                        }));
        opened.whenComplete((nothing, failed) -> {
            if (failed == null) {
                copy(move);
            } else {
                giveUp(move, cause(failed));
            }
        });
        return opened;
    }

    /** Ends the move of a partition, if there is one, and removes its copy. */
    CompletableFuture<Void> cancel(LogId id) {
        CompletableFuture<Void> over;
        synchronized (this) {
            LogMove move = running.remove(id);
            if (move == null) {
                return ended(id);
            }
            move.partition().move(null);
            LOG.info("the move of {} is ended", move);
            over = move.end().thenCompose(nothing -> drop(id));
            ending.put(id, over);
        }
        forgetWhenOver(id, over);
        return over;
    }

    private CompletableFuture<Void> ended(LogId id) {
        return ending.getOrDefault(id, CompletableFuture.completedFuture(null));
    }

    private void forgetWhenOver(LogId id, CompletionStage<Void> over) {
        over.whenComplete((nothing, failed) -> {
            synchronized (this) {
                ending.remove(id, over);
            }
        });
    }

    private CompletionStage<Void> drop(LogId id) {
        return services.lanes()
                .logs()
                .run(
                        "remove the copy of " + id,
                        () -> {
                            try {
                                moves.drop(id);
                            } catch (StorageException failed) {
                                LOG.warn("the copy of {} could not be removed", id, failed);
                            }
                            return null;
                        });
    }

    /** Ends all moves and keeps the copies, for the next start goes on with them. */
    CompletableFuture<Void> stop() {
        List<LogMove> all;
        synchronized (this) {
            all = List.copyOf(running.values());
        }
        return CompletableFuture.allOf(
                all.stream().map(LogMove::end).toArray(CompletableFuture[]::new));
    }

    // ---- the steps of a move

    private void copy(LogMove move) {
        services.lanes()
                .moves()
                .run(
                        "copy " + move,
                        () -> {
                            move.copyMost();
                            return null;
                        })
                .thenCompose(nothing ->
                        move.isEnded()
                                ? CompletableFuture.completedStage(false)
                                : move.partition().replaceLog(move))
                .whenComplete((nothing, failed) -> {
                    if (move.isInPlace()) {
                        ended(move);
                        return;
                    }
                    if (move.isEnded()) {
                        return;
                    }
                    Throwable why = failed == null ? move.refusal() : cause(failed);
                    if (why != null) {
                        refused(move, why);
                    } else {
                        goOn(move);
                    }
                });
    }

    private void goOn(LogMove move) {
        Partition partition = move.partition();
        String why = partition.outOfService();
        if (why != null) {
            giveUp(move, new StorageException(Reach.CALL, partition.id() + ": " + why));
        } else {
            copy(move);
        }
    }

    private void ended(LogMove move) {
        end(move);
        metrics.standingNanos().record(move.standingNanos());
        PartitionLog log = move.partition().log();
        LogMoveEvent.ended(
                move.partition().id(),
                move.target().location(),
                log.sizeInBytes(),
                move.nanos(),
                move.standingNanos());
        LOG.info(
                "{} has moved to log directory {} in {} ms: {} bytes; its writer stood still for {} ms",
                move.partition().id(),
                move.target().location(),
                Duration.ofNanos(move.nanos()).toMillis(),
                log.sizeInBytes(),
                Duration.ofNanos(move.standingNanos()).toMillis());
    }

    private synchronized void end(LogMove move) {
        running.remove(move.partition().id(), move);
        if (move.partition().move() == move) {
            move.partition().move(null);
        }
    }

    /** What can pass is tried again; all else is the end of the move, and of nothing more. */
    private void refused(LogMove move, Throwable why) {
        boolean passing =
                why instanceof StorageException refusal
                        && refusal.reach() == Reach.CALL
                        && !(why instanceof UnreadableDataException)
                        && move.target().failure().isEmpty()
                        && move.partition().outOfService() == null;
        int refusals = move.refused();
        if (passing && refusals < MOST_REFUSALS) {
            if (refusals == 1) {
                LOG.warn(
                        "the move of {} is held up, and tried again every {} s: {}",
                        move,
                        AGAIN.toSeconds(),
                        why.getMessage());
            }
            services.timers().schedule(AGAIN, () -> goOn(move));
        } else {
            giveUp(move, why);
        }
    }

    private void giveUp(LogMove move, Throwable why) {
        if (move.isEnded()) {
            return;
        }
        metrics.failures().increment();
        LOG.error("the move of {} is given up: {}", move, why.getMessage(), unexpected(why));
        LogId id = move.partition().id();
        CompletableFuture<Void> over;
        synchronized (this) {
            end(move);
            over = move.end().thenCompose(nothing -> drop(id));
            ending.put(id, over);
        }
        forgetWhenOver(id, over);
        if (move.target().failure().isPresent() && why instanceof StorageException failed) {
            directories.directoryFailed(move.target(), failed);
        }
    }

    private static @Nullable Throwable unexpected(Throwable why) {
        return why instanceof StorageException ? null : why;
    }

    private static Throwable cause(Throwable failed) {
        return failed instanceof CompletionException && failed.getCause() != null
                ? failed.getCause()
                : failed;
    }
}
