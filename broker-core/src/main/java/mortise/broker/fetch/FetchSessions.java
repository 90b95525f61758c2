package mortise.broker.fetch;

import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.api.Timers;
import mortise.api.config.Config;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Metrics;
import mortise.broker.runtime.Failures;
import mortise.broker.runtime.Periodic;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The incremental fetch sessions of this broker, at most so many. When all slots are taken the
 * session that was idle for longest makes room, if it was idle for long enough.
 *
 * <p>Thread-safe. Finding is lock-free; beginning and closing take the lock.
 */
public final class FetchSessions {
    private static final Logger LOG = LoggerFactory.getLogger(FetchSessions.class);

    private final int slots;
    private final int mostPartitions;
    private final Duration idleTimeout;
    private final long minEvictionNanos;
    private final Clock clock;
    private final Timers timers;
    private final RandomGenerator random;
    private final Map<Integer, FetchSession> byId = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Counter evictions;
    private final Failures failures;

    /**
     * No sessions yet.
     *
     * @param random used under the lock only
     */
    public FetchSessions(
            Config config, Clock clock, Timers timers, RandomGenerator random, Metrics metrics) {
        this.slots = config.get(FetchSettings.SESSION_SLOTS);
        this.mostPartitions = config.get(FetchSettings.SESSION_PARTITIONS);
        this.idleTimeout = config.get(FetchSettings.SESSION_IDLE_TIMEOUT);
        this.minEvictionNanos = config.get(FetchSettings.SESSION_MIN_EVICTION).toNanos();
        this.clock = clock;
        this.timers = timers;
        this.random = random;
        this.failures = Failures.in(metrics, clock, LOG);
        this.evictions =
                metrics.counter(
                        "fetch_session_evictions_total",
                        "Incremental fetch sessions dropped because they were idle, or for others.");
        metrics.gauge("fetch_sessions", "Incremental fetch sessions.", byId::size);
        metrics.gauge(
                "fetch_session_partitions",
                "Partitions that incremental fetch sessions are interested in.",
                this::partitions);
    }

    /** Starts dropping idle sessions every so often. */
    public void start() {
        var _ =
                Periodic.start(
                        "dropping idle fetch sessions",
                        idleTimeout,
                        this::dropIdle,
                        timers,
                        failures);
    }

    int count() {
        return byId.size();
    }

    private long partitions() {
        long sum = 0;
        for (FetchSession session : byId.values()) {
            sum += session.size();
        }
        return sum;
    }

    @Nullable FetchSession find(int id) {
        return byId.get(id);
    }

    /**
     * A new session, owned by the caller.
     *
     * @param size how many partitions it will have
     * @return null if there is no room for it
     */
    @Nullable FetchSession begin(boolean byTopicId, int size) {
        long now = clock.nanoTime();
        lock.lock();
        try {
            if (partitions() + size > mostPartitions || (byId.size() >= slots && !makeRoom(now))) {
                return null;
            }
            FetchSession session = new FetchSession(freeId(), byTopicId, now);
            byId.put(session.id(), session);
            return session;
        } finally {
            lock.unlock();
        }
    }

    private int freeId() {
        int id;
        do {
            id = random.nextInt(1, Integer.MAX_VALUE);
        } while (byId.containsKey(id));
        return id;
    }

    private boolean makeRoom(long now) {
        long recent = now - minEvictionNanos;
        return byId.values().stream()
                .filter(session -> !session.owned() && session.usedNanos() - recent <= 0)
                .min(Comparator.comparingLong(session -> session.usedNanos() - now))
                .filter(this::evict)
                .isPresent();
    }

    /** Whether all sessions together have more partitions than they may. */
    boolean overfull() {
        return partitions() > mostPartitions;
    }

    private boolean evict(FetchSession session) {
        evictions.increment();
        return remove(session);
    }

    private boolean remove(FetchSession session) {
        return byId.remove(session.id(), session) && session.close();
    }

    /** Closes the session of this ID, if there is one. */
    void close(int id) {
        FetchSession session = byId.get(id);
        if (session != null) {
            remove(session);
        }
    }

    private void dropIdle() {
        long oldest = clock.nanoTime() - idleTimeout.toNanos();
        for (FetchSession session : byId.values()) {
            if (!session.owned() && session.usedNanos() - oldest <= 0) {
                evict(session);
            }
        }
    }
}
