package mortise.storage.memory;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import mortise.api.TopicPartition;
import mortise.spi.PluginContext;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;

/** The logs of one broker on its heap, until it is closed. Thread-safe for different partitions. */
final class MemoryLogStore implements LogStore, LogDirectory {
    private final MemoryBudget budget;
    private final PluginContext context;
    private final UUID id;
    private final Map<TopicPartition, MemoryPartitionLog> logs = new ConcurrentHashMap<>();

    MemoryLogStore(long maxBytes, PluginContext context) {
        this.budget = new MemoryBudget(maxBytes);
        this.context = context;
        this.id = new UUID(context.random().nextLong(), context.random().nextLong());
        context.metrics()
                .gauge("used_bytes", "Heap that logs and sidecars take now.", budget::used);
    }

    @Override
    public void start() {
        // there is no place to take
    }

    @Override
    public List<LogId> stored() {
        return logs.values().stream().map(MemoryPartitionLog::id).toList();
    }

    @Override
    public PartitionLog open(LogId logId, LogSettings settings) {
        MemoryPartitionLog before = logs.get(logId.partition());
        if (before != null && !before.id().equals(logId)) {
            throw new StorageException(
                    Reach.CALL,
                    "opening "
                            + logId
                            + ": the store holds topic ID "
                            + before.id().topicId()
                            + " of that name; delete that log first");
        }
        if (before != null && !before.isClosed()) {
            throw new IllegalStateException(logId + " is open already");
        }
        MemoryPartitionLog log =
                before == null
                        ? MemoryPartitionLog.create(logId, this, budget, context.clock(), settings)
                        : before.reopened(settings);
        logs.put(logId.partition(), log);
        return log;
    }

    @Override
    public void delete(LogId logId) {
        MemoryPartitionLog log = logs.get(logId.partition());
        if (log != null && log.id().equals(logId)) {
            logs.remove(logId.partition());
            log.drop("was deleted");
        }
    }

    @Override
    public List<LogDirectory> directories() {
        return List.of(this);
    }

    @Override
    public UUID id() {
        return id;
    }

    @Override
    public String location() {
        return "memory";
    }

    @Override
    public Optional<String> failure() {
        return Optional.empty();
    }

    @Override
    public Space space() {
        return new Space(budget.most(), Math.max(0, budget.most() - budget.used()));
    }

    @Override
    public void close() {
        logs.values().forEach(log -> log.drop("is closed"));
        logs.clear();
    }
}
