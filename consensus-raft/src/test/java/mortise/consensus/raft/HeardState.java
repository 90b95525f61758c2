package mortise.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mortise.spi.consensus.Leadership;
import mortise.spi.consensus.QuorumListener;
import mortise.spi.consensus.StateSnapshot;

/**
 * A listener whose state is the list of all records it heard, and which checks that it is called on
 * one thread and without gaps.
 */
public final class HeardState implements QuorumListener {
    private final List<String> records = new ArrayList<>();
    private final List<String> calls = new ArrayList<>();
    private Thread caller;
    private long index;
    private int epoch;

    @Override
    public synchronized void leadership(Leadership leadership) {
        onOneThread();
        calls.add("leadership " + leadership.epoch() + " at " + index);
    }

    @Override
    public synchronized void committed(long next, int inEpoch, List<byte[]> entry) {
        onOneThread();
        epoch = inEpoch;
        assertThat(next).isEqualTo(index + 1);
        index = next;
        records.addAll(texts(entry));
        calls.add("committed " + next);
    }

    @Override
    public synchronized void install(long at, int inEpoch, List<byte[]> state) {
        onOneThread();
        epoch = inEpoch;
        index = at;
        records.clear();
        records.addAll(texts(state));
        calls.add("install " + at);
    }

    @Override
    public synchronized CompletionStage<StateSnapshot> snapshot() {
        onOneThread();
        calls.add("snapshot at " + index);
        return CompletableFuture.completedStage(
                new StateSnapshot(
                        index,
                        epoch,
                        records.stream()
                                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1))
                                .toList()));
    }

    @Override
    public synchronized void failed(String reason, Throwable cause) {
        calls.add("failed " + reason);
    }

    private void onOneThread() {
        if (caller == null) {
            caller = Thread.currentThread();
        }
        assertThat(Thread.currentThread()).isSameAs(caller);
    }

    private static List<String> texts(List<byte[]> records) {
        return records.stream()
                .map(bytes -> new String(bytes, StandardCharsets.ISO_8859_1))
                .toList();
    }

    /** The state: every record of every entry so far. */
    public synchronized List<String> records() {
        return List.copyOf(records);
    }

    /** What was called, in order. */
    public synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    public synchronized long index() {
        return index;
    }
}
