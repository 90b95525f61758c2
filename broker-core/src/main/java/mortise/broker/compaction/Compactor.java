package mortise.broker.compaction;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mortise.api.Clock;
import mortise.api.Timers;
import mortise.api.config.Config;
import mortise.api.metrics.Metrics;
import mortise.broker.runtime.Blocking;
import mortise.broker.runtime.Failures;
import mortise.broker.runtime.LaneSettings;
import mortise.broker.runtime.Periodic;
import mortise.metadata.CompactionRule;
import mortise.spi.storage.LogCompaction;
import mortise.spi.storage.LogId;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the logs that are due, the one with the largest share of new records first, as many at
 * once as are allowed. Thread-safe.
 */
public final class Compactor {
    private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);

    /** How long a log rests that could not be compacted. */
    private static final Duration REST = Duration.ofMinutes(10);

    private final Supplier<List<? extends Compactable>> all;
    private final Services services;
    private final int atOnce;
    private final CompactionRun.Means means;
    private final CompactionMetrics metrics;
    private final Duration interval;

    // guarded by this
    private final Set<LogId> underWay = new HashSet<>();

    /** Logs of which a compaction failed, and until when others go before. */
    private final Map<LogId, Long> restingUntilNanos = new HashMap<>();

    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private @Nullable Periodic periodic;
    private volatile boolean closed;

    /** A log that may be compacted. */
    public interface Compactable {
        /** Which one. */
        LogId id();

        /** The log. */
        PartitionLog log();

        /** How it is to be compacted; nothing if it is not, or not for now. */
        Optional<CompactionRule> rule();

        /** How large its segments may become. */
        int segmentBytes();

        /** The offset below which everything is replicated and decided. */
        long decidedOffset();

        /** The last batches of its producers. */
        CompletionStage<LastBatches> lastBatches();

        /** Hears that compacting failed. */
        void compactionFailed(StorageException cause);
    }

    /** What it runs on. */
    public record Services(
            Blocking blocking,
            Failures failures,
            Timers timers,
            Clock clock,
            RandomGenerator random,
            Metrics metrics) {}

    private record Due(Compactable log, LogCompaction compaction, CompactionPlan plan) {}

    /**
     * One that does nothing yet.
     *
     * @param all every log there is at the moment
     */
    public Compactor(
            Config config,
            Opening opening,
            Supplier<List<? extends Compactable>> all,
            Services services) {
        this.all = all;
        this.services = services;
        this.atOnce = config.get(LaneSettings.COMPACTIONS);
        this.metrics = CompactionMetrics.in(services.metrics());
        double bytesPerSecond =
                config.find(CompactionSettings.BYTES_PER_SECOND)
                        .map(size -> (double) size.bytes())
                        .orElse(Double.POSITIVE_INFINITY);
        this.means =
                new CompactionRun.Means(
                        opening,
                        config.get(CompactionSettings.KEY_BYTES).bytes() / atOnce,
                        new Throttle(services.clock(), bytesPerSecond),
                        services.random(),
                        () -> closed);
        this.interval = config.get(CompactionSettings.INTERVAL);
    }

    /** Begins to look, every so often. */
    public synchronized void start() {
        if (!closed) {
            periodic =
                    Periodic.start(
                            "looking for logs to compact",
                            interval,
                            this::look,
                            services.timers(),
                            services.failures());
        }
    }

    /** Begins as many compactions as may run beside those that do. */
    private void look() {
        if (mayBeginMore()) {
            services.blocking()
                    .run("look for logs to compact", this::beginWhatIsDue)
                    .whenComplete((nothing, failed) -> {
                        if (failed != null) {
                            LOG.warn("logs could not be looked at for compaction", failed);
                        }
                    });
        }
    }

    private synchronized boolean mayBeginMore() {
        return !closed && underWay.size() < atOnce;
    }

    private @Nullable Void beginWhatIsDue() {
        long now = services.clock().wallMillis();
        due(now).sorted(Comparator.comparingDouble((Due due) -> -due.plan.dirtyRatio()))
                .forEach(this::begin);
        return null;
    }

    private Stream<Due> due(long now) {
        List<? extends Compactable> logs = all.get();
        Set<LogId> resting = resting(logs);
        return logs.stream()
                .filter(log -> !resting.contains(log.id()))
                .map(log -> due(log, now))
                .filter(Objects::nonNull);
    }

    /** Which logs rest, those that are gone forgotten. */
    private synchronized Set<LogId> resting(List<? extends Compactable> logs) {
        if (restingUntilNanos.isEmpty()) {
            return Set.of();
        }
        restingUntilNanos
                .keySet()
                .retainAll(logs.stream().map(Compactable::id).collect(Collectors.toSet()));
        long now = services.clock().nanoTime();
        restingUntilNanos.values().removeIf(until -> until - now <= 0);
        return Set.copyOf(restingUntilNanos.keySet());
    }

    private @Nullable Due due(Compactable log, long now) {
        CompactionRule rule = log.rule().orElse(null);
        LogCompaction compaction = log.log().compaction().orElse(null);
        if (rule == null || compaction == null) {
            return null;
        }
        try {
            CompactionPlan plan =
                    CompactionPlan.of(
                            compaction.sealed(),
                            new CompactionPlan.Bounds(
                                    log.log().bounds().startOffset(),
                                    log.decidedOffset(),
                                    compaction.compactedTo(),
                                    rule.minLagMillis() == 0
                                            ? Long.MAX_VALUE
                                            : now - rule.minLagMillis()));
            boolean overdue =
                    plan.oldestDirtyMillis() >= 0
                            && now - plan.oldestDirtyMillis() > rule.maxLagMillis();
            return !plan.isEmpty() && (overdue || plan.dirtyRatio() > rule.minDirtyRatio())
                    ? new Due(log, compaction, plan)
                    : null;
        } catch (StorageException failed) {
            log.compactionFailed(failed);
            return null;
        }
    }

    private void begin(Due due) {
        synchronized (this) {
            if (closed || underWay.size() >= atOnce || !underWay.add(due.log.id())) {
                return;
            }
        }
        due.log
                .lastBatches()
                .thenCompose(producers ->
                        services.blocking()
                                .run("compact " + due.log.id(), () -> compact(due, producers)))
                .whenComplete((nothing, failed) -> ended(due, failed));
    }

    private @Nullable Void compact(Due due, LastBatches producers) {
        CompactionRule rule = due.log.rule().orElse(null);
        if (rule == null) {
            return null; // it was decided otherwise meanwhile
        }
        CompactionRun run = new CompactionRun(due.log.log(), due.compaction, due.plan, means);
        long begun = services.clock().nanoTime();
        long to =
                run.run(
                        new CompactionRun.Wishes(
                                producers,
                                services.clock().wallMillis(),
                                rule.deleteRetentionMillis(),
                                due.log.segmentBytes()));
        CompactionCounts counts = run.counts();
        metrics.compacted(counts, services.clock().nanoTime() - begun);
        LOG.debug(
                "{} is compacted up to offset {}: {} of {} bytes stay",
                due.log.id(),
                to,
                counts.bytesKept(),
                counts.bytesRead());
        if (counts.undecodableBatches() > 0) {
            LOG.warn(
                    "compacting {}: {} batches could not be opened and stay as they are, the first {}",
                    due.log.id(),
                    counts.undecodableBatches(),
                    counts.firstUndecodable());
        }
        return null;
    }

    private void ended(Due due, @Nullable Throwable failed) {
        synchronized (this) {
            underWay.remove(due.log.id());
            if (failed != null) {
                restingUntilNanos.put(due.log.id(), services.clock().nanoTime() + REST.toNanos());
            }
            if (closed && underWay.isEmpty()) {
                stopped.complete(null);
            }
        }
        if (closed) {
            return;
        }
        if (failed != null) {
            tellFailure(due, failed);
        }
        look(); // another one may be due already
    }

    private void tellFailure(Due due, Throwable failed) {
        metrics.failures().increment();
        Throwable cause = failed.getCause() == null ? failed : failed.getCause();
        if (cause instanceof StorageException storage) {
            due.log.compactionFailed(storage);
        }
        LOG.warn(
                "{} could not be compacted; it is tried again in {} minutes",
                due.log.id(),
                REST.toMinutes(),
                cause);
    }

    /** Begins no more, and gives up what is under way; completes when nothing is any more. */
    public synchronized CompletionStage<Void> stop() {
        closed = true;
        if (periodic != null) {
            periodic.close();
        }
        if (underWay.isEmpty()) {
            stopped.complete(null);
        }
        return stopped;
    }
}
