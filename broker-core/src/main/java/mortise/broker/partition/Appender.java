package mortise.broker.partition;

import java.util.OptionalLong;
import java.util.zip.CRC32C;
import mortise.api.ErrorCode;
import mortise.broker.telemetry.SlowAppendEvent;
import mortise.metadata.TopicSettings;
import mortise.record.RecordBatch;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts runs of produced batches into the log: checks sequences, gives offsets, rolls, writes. A
 * roll that must keep many producers suspends the partition, and the run goes on afterwards.
 *
 * <p>Confined to the partition's mailbox.
 */
final class Appender {
    private static final Logger LOG = LoggerFactory.getLogger(Appender.class);
    private static final long QUIET_NANOS = 60_000_000_000L;

    private final LogId id;
    private final PartitionLog log;
    private final PartitionContext context;
    private final KeptState kept;
    private final InSyncReplicas replicas;
    private final AcknowledgementGate gate;
    private final Host host;
    private final CRC32C checksum = new CRC32C();
    private boolean refusalEver;
    private boolean refusalNoted;
    private long refusalNanos;

    /** The partition around an appender. */
    interface Host {
        /** Suspends the partition while it runs a step elsewhere, and then goes on. */
        void suspendFor(String what, Runnable step, Continuation then);

        /**
         * Batches are in the log and no more than that.
         *
         * @param rolled whether they began a segment
         * @param nanos how long the write took
         */
        void wrote(AppendRun run, boolean rolled, long nanos);

        /** A batch was in the log already. */
        void inLog(AppendBatch batch);

        /** The store refused, which may be the end of its log or its directory. */
        void storageFailed(StorageException refused);

        /** An invariant failed. */
        void fence(Throwable cause);
    }

    /** What comes after a step. */
    interface Continuation {
        /** The step has ended; {@code failure} is null if it ended well. */
        void after(@Nullable Throwable failure);
    }

    Appender(
            LogId id,
            PartitionLog log,
            PartitionContext context,
            KeptState kept,
            InSyncReplicas replicas,
            AcknowledgementGate gate,
            Host host) {
        this.id = id;
        this.log = log;
        this.context = context;
        this.kept = kept;
        this.replicas = replicas;
        this.gate = gate;
        this.host = host;
    }

    /** Appends what a run has taken, in the term in which this broker leads; then clears it. */
    void append(AppendRun run, int leaderEpoch, TopicSettings settings) {
        try {
            proceed(run, leaderEpoch, settings);
        } catch (RuntimeException | Error unexpected) {
            fence(run, unexpected);
        }
    }

    private void fence(AppendRun run, Throwable unexpected) {
        host.fence(unexpected);
        gate.refuseRest(run, ErrorCode.KAFKA_STORAGE_ERROR, String.valueOf(unexpected));
        run.clear();
    }

    /** Goes on with a run until it is through, and clears it, or until it waits for a step. */
    private void proceed(AppendRun run, int leaderEpoch, TopicSettings settings) {
        while (run.hasMore()) {
            place(run, leaderEpoch, settings);
            if (run.count() > 0 && !write(run, leaderEpoch, settings)) {
                return;
            }
        }
        run.clear();
    }

    /**
     * Gives places in the log to the batches that may be written, up to one that depends on them:
     * whether that is a retry is known once they are.
     */
    private void place(AppendRun run, int leaderEpoch, TopicSettings settings) {
        int wantedReplicas = replicas.wanted(settings.minInsyncReplicas());
        boolean enoughReplicas = replicas.count() >= wantedReplicas;
        long now = context.services().clock().wallMillis();
        run.open(leaderEpoch, now);
        kept.producers().beginTurn();
        long next = replicas.end().offset();
        for (AppendBatch command = run.next(); command != null; command = run.next()) {
            RecordBatch batch = command.batch();
            if (!enoughReplicas && command.acks() == -1) {
                run.skip();
                gate.refuse(
                        command,
                        ErrorCode.NOT_ENOUGH_REPLICAS,
                        replicas.count()
                                + " replicas are in sync, min.insync.replicas asks for "
                                + wantedReplicas);
                continue;
            }
            if (!command.mayFollow(leaderEpoch)) {
                run.skip();
                gate.refuse(
                        command,
                        ErrorCode.NOT_LEADER_OR_FOLLOWER,
                        "it stands on what is not in the log");
                continue;
            }
            if (batch.hasProducerId()) {
                ProducerStates.Verdict verdict = kept.producers().check(batch);
                if (verdict instanceof ProducerStates.Unsettled && run.count() > 0) {
                    return;
                }
                if (!accepted(verdict, command, settings)) {
                    run.skip();
                    continue;
                }
            }
            batch.stampOffset(next, leaderEpoch);
            if (settings.logAppendTime()) {
                batch.stampLogAppendTime(now, checksum);
            }
            run.accept(command);
            next = batch.lastOffset() + 1;
            command.placed(
                    batch.baseOffset(),
                    next - 1,
                    settings.logAppendTime() ? now : RecordBatch.NO_TIMESTAMP);
        }
    }

    /** Whether a batch is to be written; if not, it has been answered, or will be. */
    private boolean accepted(
            ProducerStates.Verdict verdict, AppendBatch command, TopicSettings settings) {
        return switch (verdict) {
            case ProducerStates.Accept yes -> true;
            case ProducerStates.Duplicate known -> {
                context.metrics().duplicateBatches().increment();
                command.placed(
                        known.firstOffset(),
                        known.lastOffset(),
                        settings.logAppendTime() ? known.timestamp() : RecordBatch.NO_TIMESTAMP);
                host.inLog(command);
                yield false;
            }
            case ProducerStates.Refuse no -> {
                gate.refuse(command, no.error(), no.message());
                yield false;
            }
            case ProducerStates.Unsettled twice ->
                    throw new IllegalStateException(
                            "producer "
                                    + command.batch().producerId()
                                    + " of "
                                    + id
                                    + " is unsettled in a turn that has accepted nothing");
        };
    }

    /** Writes what was accepted, or has it refused; false if it waits for a step first. */
    private boolean write(AppendRun run, int leaderEpoch, TopicSettings settings) {
        long began = context.services().clock().nanoTime();
        OptionalLong segment;
        boolean moment = kept.hasFewProducers();
        try {
            segment =
                    log.rollIfNeeded(run.sizeInBytes(), run.largestTimestamp(), run.openedMillis());
            if (segment.isPresent() && moment) {
                kept.keepProducers(segment.getAsLong());
            }
        } catch (StorageException refused) {
            refuse(run, refused);
            return true;
        }
        if (segment.isPresent() && !moment) {
            keepProducers(segment.getAsLong(), run, leaderEpoch, settings);
            return false;
        }
        put(run, segment.isPresent(), began);
        return true;
    }

    /** The snapshot of a roll is of what was written before it, so the run waits for it. */
    private void keepProducers(
            long offset, AppendRun run, int leaderEpoch, TopicSettings settings) {
        context.runs().giveAway(run);
        host.suspendFor(
                "keep the producers of " + id,
                () -> kept.keepProducers(offset),
                failure -> {
                    try {
                        putAfterRoll(run, failure);
                        proceed(run, leaderEpoch, settings);
                    } catch (RuntimeException | Error unexpected) {
                        fence(run, unexpected);
                    }
                });
    }

    private void putAfterRoll(AppendRun run, @Nullable Throwable failure) {
        switch (failure) {
            case null -> put(run, true, context.services().clock().nanoTime());
            case StorageException refused -> refuse(run, refused);
            default ->
                    throw new IllegalStateException(
                            "the producers of " + id + " could not be kept: " + failure, failure);
        }
    }

    private void put(AppendRun run, boolean rolled, long began) {
        SlowAppendEvent event = SlowAppendEvent.begun();
        LogPosition end;
        try {
            end = log.append(run);
        } catch (StorageException refused) {
            refuse(run, refused);
            return;
        }
        event.ended(id, run.count(), run.sizeInBytes());
        noteRecovery();
        replicas.appended(end);
        wrote(run, rolled, context.services().clock().nanoTime() - began);
    }

    private void wrote(AppendRun run, boolean rolled, long nanos) {
        PartitionMetrics metrics = context.metrics();
        metrics.appendNanos().record(nanos);
        metrics.batchesPerAppend().record(run.count());
        metrics.appendedBytes().add(run.sizeInBytes());
        metrics.appendedBatches().add(run.count());
        metrics.appendedRecords().add(run.records());
        for (int i = 0; i < run.count(); i++) {
            RecordBatch batch = run.accepted(i).batch();
            if (batch.hasProducerId()) {
                kept.producers().wrote(batch, run.openedMillis());
            }
        }
        host.wrote(run, rolled, nanos);
    }

    private void refuse(AppendRun run, StorageException refused) {
        for (int i = 0; i < run.count(); i++) {
            gate.refuse(
                    run.accepted(i),
                    ErrorCode.KAFKA_STORAGE_ERROR,
                    String.valueOf(refused.getMessage()));
        }
        noteRefusal(refused);
        host.storageFailed(refused);
    }

    /** Says that the store takes no batches, once a minute at most while it goes back and forth. */
    private void noteRefusal(StorageException refused) {
        long now = context.services().clock().nanoTime();
        boolean due = !refusalEver || (!refusalNoted && now - refusalNanos >= QUIET_NANOS);
        if (due && refused.reach() == StorageException.Reach.CALL) {
            refusalEver = true;
            refusalNoted = true;
            refusalNanos = now;
            LOG.warn("{} refuses batches, and still serves reads: {}", id, refused.getMessage());
        }
    }

    private void noteRecovery() {
        if (refusalNoted) {
            refusalNoted = false;
            LOG.info("{} takes batches again", id);
        }
    }
}
