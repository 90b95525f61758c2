package mortise.broker.partition;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import mortise.broker.compaction.Compactor;
import mortise.broker.compaction.LastBatches;
import mortise.metadata.CompactionRule;
import mortise.spi.storage.LogId;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;

/** A partition as compaction sees it. */
record CompactablePartition(Partition partition) implements Compactor.Compactable {
    @Override
    public LogId id() {
        return partition.id();
    }

    @Override
    public PartitionLog log() {
        return partition.log();
    }

    @Override
    public Optional<CompactionRule> rule() {
        return partition.leaderView() == null || partition.stopped() || partition.isMoving()
                ? Optional.empty()
                : partition.settings().compaction();
    }

    @Override
    public int segmentBytes() {
        return partition.settings().log().segmentBytes();
    }

    @Override
    public long decidedOffset() {
        LeaderView view = partition.leaderView();
        return view == null ? 0 : view.lastStable().offset();
    }

    @Override
    public CompletionStage<LastBatches> lastBatches() {
        return partition.lastBatches();
    }

    @Override
    public void compactionFailed(StorageException cause) {
        partition.readFailed(cause);
    }
}
