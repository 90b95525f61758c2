package mortise.broker.cluster;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mortise.metadata.PartitionImage;
import mortise.metadata.TopicSettings;
import mortise.spi.storage.LogId;
import mortise.spi.storage.StorageException;

/** A partition table that notes what is asked of it. Completes at once, or when it is told to. */
public final class RecordingApplier implements PartitionApplier {
    /** What was asked, in order, as {@code open t-0}. */
    public final List<String> calls = new ArrayList<>();

    /** The settings of open partitions, by name. */
    public final Map<String, TopicSettings> settings = new TreeMap<>();

    /** The roles of open partitions, by name. */
    public final Map<String, PartitionImage> roles = new TreeMap<>();

    /** What the store holds. */
    public final Set<LogId> stored = new HashSet<>();

    /** Partitions that cannot be opened, by name. */
    public final Set<String> broken = new HashSet<>();

    /** Whether no partition can be opened, for want of space. */
    public boolean full;

    private final Set<LogId> offline = new HashSet<>();
    private final List<CompletableFuture<Void>> held = new ArrayList<>();
    private boolean holding;

    /** From now on operations wait for {@link #completeHeld}. */
    public void hold() {
        holding = true;
    }

    /** Completes what waits, and everything from now on at once. */
    public void completeHeld() {
        holding = false;
        while (!held.isEmpty()) {
            held.removeFirst().complete(null);
        }
    }

    @Override
    public CompletionStage<List<LogId>> stored() {
        return CompletableFuture.completedStage(List.copyOf(stored));
    }

    @Override
    public CompletionStage<?> open(LogId log, PartitionImage partition, TopicSettings initial) {
        calls.add("open " + log.partition());
        offline.add(log);
        if (broken.contains(log.partition().toString())) {
            return CompletableFuture.failedStage(new IllegalStateException("disk on fire"));
        }
        if (full) {
            return CompletableFuture.failedStage(
                    new StorageException(StorageException.Reach.CALL, "the disk is full"));
        }
        offline.remove(log);
        stored.add(log);
        settings.put(log.partition().toString(), initial);
        roles.put(log.partition().toString(), partition);
        return done();
    }

    @Override
    public boolean isOffline(LogId log) {
        return offline.contains(log);
    }

    @Override
    public CompletionStage<?> changeRole(LogId log, PartitionImage partition) {
        calls.add("role " + log.partition());
        roles.put(log.partition().toString(), partition);
        return done();
    }

    @Override
    public CompletionStage<?> configure(LogId log, TopicSettings changed) {
        calls.add("configure " + log.partition());
        settings.put(log.partition().toString(), changed);
        return done();
    }

    @Override
    public CompletionStage<?> delete(LogId log) {
        calls.add("delete " + log.partition());
        stored.remove(log);
        offline.remove(log);
        settings.remove(log.partition().toString());
        roles.remove(log.partition().toString());
        return done();
    }

    private CompletionStage<?> done() {
        CompletableFuture<Void> stage = new CompletableFuture<>();
        if (holding) {
            held.add(stage);
        } else {
            stage.complete(null);
        }
        return stage;
    }
}
