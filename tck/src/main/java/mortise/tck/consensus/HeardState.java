package mortise.tck.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import mortise.spi.consensus.Leadership;
import mortise.spi.consensus.QuorumListener;
import org.jspecify.annotations.Nullable;

/**
 * A state machine that remembers every entry it heard, hands all of them out as its snapshot, and
 * notes every breach of the listener's contract. Thread-safe.
 */
final class HeardState implements QuorumListener {
    private final List<HeardEntry> entries = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final List<Leadership> leaderships = new ArrayList<>();
    private final CompletableFuture<Leadership> leading = new CompletableFuture<>();
    private final AtomicInteger inside = new AtomicInteger();
    private @Nullable String failure;
    private long lastIndex;
    private int lastEpoch;
    private int installs;
    private int snapshots;
    private long indexWhenLeading = -1;

    @Override
    public void leadership(Leadership leadership) {
        alone(
                "leadership",
                () -> {
                    require(
                            leadership.epoch() >= lastEpoch,
                            "leadership of epoch "
                                    + leadership.epoch()
                                    + " after epoch "
                                    + lastEpoch);
                    leaderships.add(leadership);
                    if (leadership.local()) {
                        indexWhenLeading = lastIndex;
                        leading.complete(leadership);
                    }
                });
    }

    @Override
    public void committed(long index, int epoch, List<byte[]> records) {
        alone(
                "committed",
                () -> {
                    require(index == lastIndex + 1, "entry " + index + " after entry " + lastIndex);
                    require(
                            epoch >= lastEpoch,
                            "entry of epoch " + epoch + " after epoch " + lastEpoch);
                    entries.add(HeardEntry.of(index, epoch, records));
                    lastIndex = index;
                    lastEpoch = epoch;
                });
    }

    @Override
    public void install(long index, int epoch, List<byte[]> records) {
        alone(
                "install",
                () -> {
                    require(
                            index >= lastIndex,
                            "snapshot as of " + index + " after entry " + lastIndex);
                    entries.clear();
                    records.forEach(record -> entries.add(HeardEntry.decoded(record)));
                    lastIndex = index;
                    lastEpoch = epoch;
                    installs++;
                    HeardEntry last = entries.isEmpty() ? null : entries.getLast();
                    require(
                            last != null && last.index() == index,
                            "snapshot as of " + index + " ends with " + last);
                });
    }

    @Override
    public Supplier<List<byte[]>> snapshot() {
        List<HeardEntry> state = new ArrayList<>();
        alone(
                "snapshot",
                () -> {
                    snapshots++;
                    state.addAll(entries);
                });
        return () -> state.stream().map(HeardEntry::encoded).toList();
    }

    @Override
    public synchronized void failed(String reason, Throwable cause) {
        failure = reason;
    }

    private void alone(String method, Runnable heard) {
        int others = inside.getAndIncrement();
        synchronized (this) {
            require(others == 0, method + " was called while another call was not over");
            require(failure == null, method + " was called after failed");
            heard.run();
        }
        inside.decrementAndGet();
    }

    private void require(boolean holds, String problem) {
        if (!holds) {
            problems.add(problem);
        }
    }

    /** What the quorum did that it must not. */
    synchronized List<String> problems() {
        return List.copyOf(problems);
    }

    synchronized List<HeardEntry> entries() {
        return List.copyOf(entries);
    }

    synchronized List<Leadership> leaderships() {
        return List.copyOf(leaderships);
    }

    synchronized long lastIndex() {
        return lastIndex;
    }

    synchronized int installs() {
        return installs;
    }

    synchronized int snapshots() {
        return snapshots;
    }

    /** The last entry heard when this member began to lead; -1 if it does not. */
    synchronized long indexWhenLeading() {
        return indexWhenLeading;
    }

    synchronized @Nullable String failure() {
        return failure;
    }

    /** Completes when this member leads. */
    CompletableFuture<Leadership> leading() {
        return leading;
    }
}
