package mortise.broker.partition;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import org.jspecify.annotations.Nullable;

/** Logs on the heap, which outlive the broker that opened them. */
public final class HeapLogStore implements LogStore, LogDirectory {
    private final UUID directoryId = new UUID(7, 7);
    private final Map<LogId, HeapLog> logs = new ConcurrentHashMap<>();

    /** Thrown by every open. */
    public @Nullable StorageException failOpen;

    @Override
    public void start() {}

    @Override
    public List<LogId> stored() {
        return List.copyOf(logs.keySet());
    }

    @Override
    public PartitionLog open(LogId id, LogSettings settings) {
        if (failOpen != null) {
            throw failOpen;
        }
        HeapLog log = logs.computeIfAbsent(id, key -> new HeapLog(key, this, settings));
        log.reopen();
        log.configure(settings);
        return log;
    }

    public HeapLog log(LogId id) {
        return logs.get(id);
    }

    @Override
    public void delete(LogId id) {
        logs.remove(id);
    }

    @Override
    public List<LogDirectory> directories() {
        return List.of(this);
    }

    @Override
    public UUID id() {
        return directoryId;
    }

    @Override
    public String location() {
        return "heap";
    }

    @Override
    public Optional<String> failure() {
        return Optional.empty();
    }

    @Override
    public Space space() {
        return new Space(-1, -1);
    }

    @Override
    public void close() {}
}
