package mortise.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;
import mortise.api.metrics.Labels;
import mortise.api.metrics.Metrics;
import mortise.api.metrics.Readings;
import mortise.broker.flush.FlushCoordinator;
import mortise.broker.plugin.MeteredStore;
import mortise.broker.plugin.PluginInstance;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogStore;
import mortise.spi.telemetry.Health.Reason;

/**
 * The store, which has been started, and the syncing of its logs.
 *
 * @param flushes what syncs them
 */
record StorageArea(LogStore store, FlushCoordinator flushes) implements Area {
    /** More directories than a machine has disks. */
    private static final int DIRECTORIES = 64;

    static StorageArea of(Composition with, PluginInstance<LogStore> started) {
        LogStore store = new MeteredStore(started);
        with.parts()
                .add(
                        "storage",
                        Parts.Ending.at(store),
                        () -> {
                            store.abandon();
                            return CompletableFuture.completedStage(null);
                        });
        FlushCoordinator flushes =
                with.parts()
                        .add(
                                "flushers",
                                FlushCoordinator.on(
                                        with.execution(),
                                        with.config(),
                                        with.execution().clock(),
                                        with.metrics()));
        return with.add(new StorageArea(store, flushes));
    }

    @Override
    public void gauges(Metrics metrics) {
        Labels labels = Labels.of(DIRECTORIES, "directory");
        metrics.gauges(
                "log_directory_failed",
                "1 for a log directory that can no longer be used, else 0.",
                labels,
                readings ->
                        directories(
                                readings, directory -> directory.failure().isPresent() ? 1 : 0));
        metrics.gauges(
                "log_directory_capacity_bytes",
                "Size of the volume that a log directory lies on; -1 if that has no meaning.",
                labels,
                readings -> directories(readings, directory -> directory.space().totalBytes()));
        metrics.gauges(
                "log_directory_free_bytes",
                "What a log directory's volume has left for the broker; -1 if that has no meaning.",
                labels,
                readings -> directories(readings, directory -> directory.space().usableBytes()));
    }

    private void directories(Readings readings, ToLongFunction<LogDirectory> value) {
        for (LogDirectory directory : store.directories()) {
            readings.read(value.applyAsLong(directory), directory.location());
        }
    }

    @Override
    public List<Reason> reasonsToStayAway() {
        List<Reason> reasons = new ArrayList<>();
        for (LogDirectory directory : store.directories()) {
            directory
                    .failure()
                    .ifPresent(why ->
                            reasons.add(
                                    new Reason(
                                            "log-directory-failed",
                                            directory.location() + ": " + why)));
        }
        return reasons;
    }
}
