package mortise.broker.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mortise.metadata.MetadataRecords;
import mortise.metadata.record.MetadataRecord;
import mortise.spi.consensus.Leadership;
import mortise.spi.consensus.MetadataQuorum;
import mortise.spi.consensus.ProposeOutcome;
import mortise.spi.consensus.QuorumListener;
import mortise.spi.consensus.QuorumView;
import org.jspecify.annotations.Nullable;

/**
 * A quorum of one in memory. Commits at once, or when it is told to; can refuse and leave in doubt.
 */
public final class MemoryQuorum implements MetadataQuorum {
    /** Every committed entry, from index 1. */
    public final List<List<byte[]>> entries = new ArrayList<>();

    private final Deque<Held> held = new ArrayDeque<>();
    private @Nullable QuorumListener listener;
    private boolean holding;
    private @Nullable ProposeOutcome answer;
    private int epoch = 1;

    private record Held(List<byte[]> records, CompletableFuture<ProposeOutcome> outcome) {}

    /** From now on proposals wait for {@link #commitHeld}. */
    public void hold() {
        holding = true;
    }

    /** Commits what waits, and everything from now on at once. */
    public void commitHeld() {
        holding = false;
        Held next;
        while ((next = held.poll()) != null) {
            next.outcome().complete(commitEncoded(next.records()));
        }
    }

    /** Gives this outcome instead of committing, until null. */
    public void answer(@Nullable ProposeOutcome outcome) {
        answer = outcome;
    }

    /** Makes another node the leader, or this one again. */
    public void lead(boolean local) {
        epoch++;
        heard().leadership(new Leadership(epoch, local ? 1 : 2, local));
    }

    /** Commits what another leader proposed. */
    public void commit(List<MetadataRecord> records) {
        commitEncoded(MetadataRecords.encode(records, MetadataRecords.FEATURE_LEVEL));
    }

    private QuorumListener heard() {
        if (listener == null) {
            throw new IllegalStateException("not started");
        }
        return listener;
    }

    @Override
    public void start(QuorumListener hears) {
        listener = hears;
        for (int i = 0; i < entries.size(); i++) {
            hears.committed(i + 1, epoch, entries.get(i));
        }
        lead(true);
    }

    @Override
    public CompletionStage<ProposeOutcome> propose(int inEpoch, List<byte[]> records) {
        if (inEpoch != epoch) {
            return CompletableFuture.completedStage(
                    new ProposeOutcome.Refused("epoch " + inEpoch + " is over"));
        }
        if (answer != null) {
            return CompletableFuture.completedStage(answer);
        }
        if (holding) {
            CompletableFuture<ProposeOutcome> outcome = new CompletableFuture<>();
            held.add(new Held(records, outcome));
            return outcome;
        }
        return CompletableFuture.completedStage(commitEncoded(records));
    }

    private ProposeOutcome commitEncoded(List<byte[]> records) {
        entries.add(List.copyOf(records));
        heard().committed(entries.size(), epoch, records);
        return new ProposeOutcome.Committed(entries.size());
    }

    @Override
    public CompletionStage<Long> readBarrier() {
        return CompletableFuture.completedStage((long) entries.size());
    }

    @Override
    public QuorumView view() {
        return new QuorumView(new Leadership(epoch, 1, true), entries.size(), List.of(1));
    }

    @Override
    public void close() {}
}
