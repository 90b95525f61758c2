package mortise.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import mortise.api.metrics.Labels;
import mortise.api.metrics.Metrics;
import mortise.api.metrics.Readings;
import mortise.broker.partition.LeaderView;
import mortise.broker.partition.Partition;
import mortise.broker.partition.Partitions;
import mortise.broker.plugin.PluginInstance;
import mortise.broker.telemetry.TelemetrySettings;
import mortise.spi.consensus.Leadership;
import mortise.spi.consensus.MetadataQuorum;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.MissingRecords;
import mortise.spi.telemetry.Health.Reason;

/**
 * What is read off the parts of a broker when somebody looks: gauges, and reasons of ill health.
 */
final class BrokerGauges {
    /** More directories than a machine has disks. */
    private static final int DIRECTORIES = 64;

    private static final int MISSING_NAMED = 16;

    private final Metrics metrics;

    BrokerGauges(Metrics metrics) {
        this.metrics = metrics;
    }

    /** The log directories of a store, which are known once it has started. */
    void directories(LogStore store) {
        Labels labels = Labels.of(DIRECTORIES, "directory");
        metrics.gauges(
                "log_directory_failed",
                "1 for a log directory that can no longer be used, else 0.",
                labels,
                readings ->
                        directories(
                                store,
                                readings,
                                directory -> directory.failure().isPresent() ? 1 : 0));
        metrics.gauges(
                "log_directory_capacity_bytes",
                "Size of the volume that a log directory lies on; -1 if that has no meaning.",
                labels,
                readings ->
                        directories(store, readings, directory -> directory.space().totalBytes()));
        metrics.gauges(
                "log_directory_free_bytes",
                "What a log directory's volume has left for the broker; -1 if that has no meaning.",
                labels,
                readings ->
                        directories(store, readings, directory -> directory.space().usableBytes()));
    }

    private static void directories(
            LogStore store, Readings readings, ToLongFunction<LogDirectory> value) {
        for (LogDirectory directory : store.directories()) {
            readings.read(value.applyAsLong(directory), directory.location());
        }
    }

    /** Why a store keeps clients away. */
    static List<Reason> failures(LogStore store) {
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

    /** What plugins say about themselves. */
    static List<Reason> failures(List<PluginInstance<?>> plugins) {
        List<Reason> reasons = new ArrayList<>();
        for (PluginInstance<?> plugin : plugins) {
            plugin.failure().ifPresent(why -> reasons.add(new Reason("plugin-failed", why)));
        }
        return reasons;
    }

    /** Which partitions lack records that they should have. */
    static List<Reason> missing(Partitions partitions) {
        List<Reason> reasons = new ArrayList<>();
        int more = 0;
        for (Partition partition : partitions.all()) {
            for (MissingRecords range : partition.log().missing()) {
                if (reasons.size() == MISSING_NAMED) {
                    more++;
                } else {
                    reasons.add(
                            new Reason(
                                    "records-missing",
                                    partition.name()
                                            + ": offsets "
                                            + range.from()
                                            + " to "
                                            + (range.to() - 1)
                                            + " were synced and are missing: "
                                            + range.cause()));
                }
            }
        }
        if (more > 0) {
            reasons.add(new Reason("records-missing", more + " more ranges; see the log"));
        }
        return reasons;
    }

    /** The metadata quorum as this broker sees it. */
    void quorum(MetadataQuorum quorum) {
        metrics.gauge(
                "quorum_leader_id",
                "The node that leads the metadata quorum and so is the controller; -1 if none is known.",
                () -> quorum.view().leadership().leaderId());
        metrics.gauge(
                "quorum_leads",
                "1 if this broker leads the metadata quorum, else 0.",
                () -> quorum.view().leadership().local() ? 1 : 0);
        metrics.gauge(
                "quorum_epoch",
                "The epoch of the metadata quorum, which grows with every new leader.",
                () -> quorum.view().leadership().epoch());
        metrics.gauge(
                "quorum_committed_index",
                "The last entry of the metadata log that is known to be committed.",
                () -> quorum.view().committedIndex());
        metrics.gauge(
                "quorum_voters",
                "Nodes that vote in the metadata quorum.",
                () -> quorum.view().voters().size());
    }

    /** Why the quorum keeps clients away. */
    static List<Reason> leaderless(Leadership leadership) {
        return leadership.leaderId() >= 0
                ? List.of()
                : List.of(
                        new Reason(
                                "no-controller",
                                "No leader of the metadata quorum is known, so nothing can be created or changed."));
    }

    /** Offsets and sizes of single partitions, for as many as were asked for. */
    void partitions(TelemetrySettings settings, Partitions partitions) {
        if (settings.partitionSeries() == 0) {
            return;
        }
        Labels labels = Labels.of(settings.partitionSeries(), "topic", "partition");
        metrics.gauges(
                "partition_start_offset",
                "The first offset that a partition still has.",
                labels,
                readings ->
                        partitions(
                                partitions,
                                readings,
                                partition -> partition.log().bounds().startOffset()));
        metrics.gauges(
                "partition_end_offset",
                "The offset that a partition's next record will have.",
                labels,
                readings ->
                        partitions(
                                partitions, readings, partition -> partition.log().end().offset()));
        metrics.gauges(
                "partition_high_watermark_offset",
                "The offset below which a partition's records can be read; -1 where this broker does not lead it.",
                labels,
                readings -> partitions(partitions, readings, BrokerGauges::highWatermark));
        metrics.gauges(
                "partition_size_bytes",
                "What a partition's log takes.",
                labels,
                readings ->
                        partitions(
                                partitions, readings, partition -> partition.log().sizeInBytes()));
    }

    private static long highWatermark(Partition partition) {
        LeaderView view = partition.leaderView();
        return view == null ? -1 : view.highWatermark().offset();
    }

    private static void partitions(
            Partitions partitions, Readings readings, ToLongFunction<Partition> value) {
        for (Partition partition : partitions.all()) {
            readings.read(
                    value.applyAsLong(partition),
                    partition.id().partition().topic(),
                    Integer.toString(partition.id().partition().partition()));
        }
    }
}
