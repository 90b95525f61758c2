package mortise.broker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import mortise.broker.cluster.api.LocalLogs;
import mortise.broker.partition.LeaderView;
import mortise.broker.partition.Partition;
import mortise.broker.partition.Partitions;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogStore;

/** The logs of this broker as administrators see them. */
record StoredLogs(LogStore store, Partitions partitions) implements LocalLogs {
    @Override
    public List<LogDirectory> directories() {
        return store.directories();
    }

    @Override
    public Collection<LocalLog> logs() {
        List<LocalLog> logs = new ArrayList<>();
        for (Partition partition : partitions.all()) {
            logs.add(log(partition));
            partition
                    .moving()
                    .ifPresent(copy ->
                            logs.add(
                                    new LocalLog(
                                            partition.id().partition(),
                                            copy.directory(),
                                            copy.sizeInBytes(),
                                            copy.offsetLag(),
                                            true)));
        }
        return logs;
    }

    private static LocalLog log(Partition partition) {
        LeaderView view = partition.leaderView();
        long lag =
                view == null
                        ? 0
                        : Math.max(
                                0, partition.log().end().offset() - view.highWatermark().offset());
        return new LocalLog(
                partition.id().partition(),
                partition.log().directory(),
                partition.log().sizeInBytes(),
                lag,
                false);
    }
}
