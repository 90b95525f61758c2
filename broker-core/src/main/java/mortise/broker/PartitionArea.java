package mortise.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import mortise.api.metrics.Labels;
import mortise.api.metrics.Metrics;
import mortise.api.metrics.Readings;
import mortise.broker.compaction.Compactor;
import mortise.broker.compaction.Opening;
import mortise.broker.partition.LeaderView;
import mortise.broker.partition.Partition;
import mortise.broker.partition.PartitionServices;
import mortise.broker.partition.PartitionSettings;
import mortise.broker.partition.Partitions;
import mortise.broker.runtime.Execution;
import mortise.broker.runtime.Failures;
import mortise.broker.runtime.Lanes;
import mortise.broker.telemetry.TelemetrySettings;
import mortise.record.Codecs;
import mortise.spi.storage.MissingRecords;
import mortise.spi.telemetry.Health.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of this broker.
 *
 * @param series how many partitions have gauges of their own
 */
record PartitionArea(Partitions partitions, Compactor compactor, int series) implements Area {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionArea.class);
    private static final int MISSING_NAMED = 16;

    static PartitionArea of(Composition with, StorageArea storage, Codecs codecs, Lanes lanes) {
        PartitionServices services =
                new PartitionServices(
                        with.nodeId(),
                        with.execution().clock(),
                        with.execution().timers(),
                        lanes,
                        with.metrics(),
                        with.execution(),
                        storage.flushes());
        Partitions partitions =
                with.parts()
                        .add(
                                "partitions",
                                new Partitions(with.config(), storage.store(), services));
        with.parts().add("open logs", partitions::stop, partitions::endMoves);
        Compactor compactor = compactor(with, partitions, codecs, lanes);
        with.parts().add("compaction", compactor::stop, compactor::stop);
        return with.add(
                new PartitionArea(
                        partitions,
                        compactor,
                        with.config().get(TelemetrySettings.PARTITION_SERIES)));
    }

    private static Compactor compactor(
            Composition with, Partitions partitions, Codecs codecs, Lanes lanes) {
        Execution execution = with.execution();
        return new Compactor(
                with.config(),
                new Opening(
                        codecs,
                        with.config().get(PartitionSettings.MAX_DECOMPRESSED_BYTES).bytes()),
                partitions::compactable,
                new Compactor.Services(
                        lanes.compaction(),
                        Failures.in(with.metrics(), execution.clock(), LOG),
                        execution.timers(),
                        execution.clock(),
                        execution.random(),
                        with.metrics()));
    }

    /** Begins what happens every so often. */
    void start() {
        partitions.start();
        compactor.start();
    }

    @Override
    public List<Reason> reasonsToStayAway() {
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

    /** Offsets and sizes of single partitions, for as many as were asked for. */
    @Override
    public void gauges(Metrics metrics) {
        if (series == 0) {
            return;
        }
        Labels labels = Labels.of(series, "topic", "partition");
        metrics.gauges(
                "partition_start_offset",
                "The first offset that a partition still has.",
                labels,
                readings -> read(readings, partition -> partition.log().bounds().startOffset()));
        metrics.gauges(
                "partition_end_offset",
                "The offset that a partition's next record will have.",
                labels,
                readings -> read(readings, partition -> partition.log().end().offset()));
        metrics.gauges(
                "partition_high_watermark_offset",
                "The offset below which a partition's records can be read; -1 where this broker does not lead it.",
                labels,
                readings -> read(readings, PartitionArea::highWatermark));
        metrics.gauges(
                "partition_size_bytes",
                "What a partition's log takes.",
                labels,
                readings -> read(readings, partition -> partition.log().sizeInBytes()));
    }

    private static long highWatermark(Partition partition) {
        LeaderView view = partition.leaderView();
        return view == null ? -1 : view.highWatermark().offset();
    }

    private void read(Readings readings, ToLongFunction<Partition> value) {
        for (Partition partition : partitions.all()) {
            readings.read(
                    value.applyAsLong(partition),
                    partition.id().partition().topic(),
                    Integer.toString(partition.id().partition().partition()));
        }
    }
}
