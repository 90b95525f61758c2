package mortise.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import mortise.spi.consensus.Leadership;
import mortise.spi.consensus.QuorumListener;

/**
 * A listener whose state is the list of all records it heard, and which checks that calls come one
 * at a time and without gaps.
 */
public final class HeardState implements QuorumListener {
    private final List<String> records = new ArrayList<>();
    private final List<String> calls = new ArrayList<>();
    private final AtomicInteger inside = new AtomicInteger();
    private long index;

    @Override
    public void leadership(Leadership leadership) {
        alone(() -> {
            calls.add("leadership " + leadership.epoch() + " at " + index);
        });
    }

    @Override
    public void committed(long next, int epoch, List<byte[]> entry) {
        alone(() -> {
            assertThat(next).isEqualTo(index + 1);
            index = next;
            records.addAll(texts(entry));
            calls.add("committed " + next);
        });
    }

    @Override
    public void install(long at, int epoch, List<byte[]> state) {
        alone(() -> {
            index = at;
            records.clear();
            records.addAll(texts(state));
            calls.add("install " + at);
        });
    }

    @Override
    public Supplier<List<byte[]>> snapshot() {
        List<String> state = new ArrayList<>();
        alone(() -> {
            calls.add("snapshot at " + index);
            state.addAll(records);
        });
        return () ->
                state.stream().map(text -> text.getBytes(StandardCharsets.ISO_8859_1)).toList();
    }

    @Override
    public synchronized void failed(String reason, Throwable cause) {
        calls.add("failed " + reason);
    }

    /** Notes a call, which no other may overlap. */
    private void alone(Runnable heard) {
        assertThat(inside.incrementAndGet()).isEqualTo(1);
        synchronized (this) {
            heard.run();
        }
        inside.decrementAndGet();
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
