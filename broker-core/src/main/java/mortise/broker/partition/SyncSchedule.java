package mortise.broker.partition;

import java.time.Duration;
import mortise.broker.flush.FlushTicket;
import mortise.metadata.TopicSettings;
import mortise.spi.storage.LogId;
import mortise.spi.storage.PartitionLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a partition asks for a sync of its log: for every write in durability class B, after so many
 * records or so much time where a topic says that, and again after one that was refused for now.
 *
 * <p>Confined to the partition's mailbox, except for {@link #refused}, {@link #end} and the ticket,
 * which changes in a step.
 */
final class SyncSchedule {
    private static final Logger LOG = LoggerFactory.getLogger(SyncSchedule.class);
    private static final long QUIET_NANOS = 60_000_000_000L;

    /** After how long a sync that was refused for now is tried again. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final LogId id;
    private final PartitionLog log;
    private final PartitionContext context;
    private volatile FlushTicket ticket;
    private final Runnable timePassed;

    /** Why the latest sync that was refused for now was. */
    private volatile @Nullable String refusal;

    private long recordsSince;
    private boolean timed;
    private boolean timedAgain;
    private boolean notedEver;
    private long notedNanos;

    /**
     * A schedule on which nothing stands.
     *
     * @param timePassed called on the timers' thread when {@link #due} is
     */
    SyncSchedule(
            LogId id,
            PartitionLog log,
            PartitionContext context,
            FlushTicket ticket,
            Runnable timePassed) {
        this.id = id;
        this.log = log;
        this.context = context;
        this.ticket = ticket;
        this.timePassed = timePassed;
    }

    /** Asks for a sync that covers everything appended before. Never waits. */
    void request() {
        ticket.request();
    }

    /** The log lies in another directory now, whose syncs wait in another queue. May block. */
    void moveTo(FlushTicket other) {
        FlushTicket before = ticket;
        ticket = other;
        before.end();
        other.request(); // in place of those that the other one was asked for
    }

    /** Ends the syncs of a log that is to be closed or removed. May block. */
    void end() {
        ticket.end();
    }

    /**
     * Notes a write.
     *
     * @param rolled whether a segment was begun, with sidecars that are to be durable
     */
    void wrote(long records, boolean rolled, TopicSettings settings) {
        recordsSince += records;
        if (recordsSince >= settings.flushMessages()) {
            recordsSince = 0;
            ticket.request();
        } else if (settings.flushMillis() != Long.MAX_VALUE && !timed) {
            timed = true;
            context.services()
                    .timers()
                    .schedule(Duration.ofMillis(settings.flushMillis()), timePassed);
        }
        if (rolled || settings.durable()) {
            ticket.request();
        }
    }

    /** The time of {@link #wrote} or {@link #tryAgain} has passed. */
    void due() {
        timed = false;
        timedAgain = false;
        ticket.request();
    }

    /** Notes on a flusher thread why a sync was refused for now; {@link #tryAgain} follows. */
    void refused(@Nullable String why) {
        refusal = why;
    }

    /** Tries again in a while, and says so, once a minute at most. */
    void tryAgain() {
        long now = context.services().clock().nanoTime();
        if (!notedEver || now - notedNanos >= QUIET_NANOS) {
            notedEver = true;
            notedNanos = now;
            LOG.warn(
                    "{} cannot be synced for now ({}); it is tried again every {} s, and durable up to offset {} meanwhile",
                    id,
                    refusal,
                    AGAIN.toSeconds(),
                    log.durableEnd().offset());
        }
        if (!timedAgain) {
            timedAgain = true;
            context.services().timers().schedule(AGAIN, timePassed);
        }
    }
}
