package mortise.tck.storage;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogStore;
import org.jspecify.annotations.Nullable;

/**
 * A store around another that fails or holds up the calls it is told to, for tests of what uses
 * stores. Thread-safe.
 */
public final class FaultyLogStore extends InterceptedStore {
    private final Map<StorageCall, AtomicInteger> calls = new EnumMap<>(StorageCall.class);
    private final List<Trap> traps = new CopyOnWriteArrayList<>();

    private FaultyLogStore(LogStore store) {
        super(store);
        for (StorageCall call : StorageCall.values()) {
            calls.put(call, new AtomicInteger());
        }
    }

    /** A store that does what the other does, for now. */
    public static FaultyLogStore over(LogStore store) {
        return new FaultyLogStore(store);
    }

    /**
     * Makes one call fail before it does anything.
     *
     * @param nth which one from now on, 1 being the next
     */
    public FaultyLogStore fail(StorageCall call, int nth, Supplier<RuntimeException> failure) {
        traps.add(new Trap(call, turn(call, nth), failure, null, false));
        return this;
    }

    /** Makes one call do what it should, and fail then. */
    public FaultyLogStore failAfterwards(
            StorageCall call, int nth, Supplier<RuntimeException> failure) {
        traps.add(new Trap(call, turn(call, nth), failure, null, true));
        return this;
    }

    /** Holds one call up before it does anything, until the gate is opened. */
    public Gate hold(StorageCall call, int nth) {
        Gate gate = new Gate();
        traps.add(new Trap(call, turn(call, nth), null, gate, false));
        return gate;
    }

    /** How many calls there were. */
    public int calls(StorageCall call) {
        return counter(call).get();
    }

    private int turn(StorageCall call, int nth) {
        if (nth < 1) {
            throw new IllegalArgumentException("the next call is number 1, not " + nth);
        }
        return counter(call).get() + nth;
    }

    private AtomicInteger counter(StorageCall call) {
        AtomicInteger counter = calls.get(call);
        if (counter == null) {
            throw new IllegalStateException("no counter for " + call);
        }
        return counter;
    }

    @Override
    public <T extends @Nullable Object> T around(
            StorageCall call, @Nullable LogId log, Supplier<T> action) {
        int turn = counter(call).incrementAndGet();
        List<Trap> sprung =
                traps.stream().filter(trap -> trap.call == call && trap.turn == turn).toList();
        sprung.forEach(trap -> trap.spring(false));
        T result = action.get();
        sprung.forEach(trap -> trap.spring(true));
        return result;
    }

    /** What waits for one call. */
    private record Trap(
            StorageCall call,
            int turn,
            @Nullable Supplier<RuntimeException> failure,
            @Nullable Gate gate,
            boolean afterwards) {
        void spring(boolean after) {
            if (after != afterwards) {
                return;
            }
            if (gate != null) {
                gate.pass();
            }
            if (failure != null) {
                throw failure.get();
            }
        }
    }

    /** Where a held call waits. */
    public static final class Gate {
        private final CountDownLatch arrived = new CountDownLatch(1);
        private final CountDownLatch opened = new CountDownLatch(1);

        private Gate() {}

        /** Waits until the call has come. */
        public void awaitArrival() throws InterruptedException {
            arrived.await();
        }

        /** Lets the call go on. */
        public void open() {
            opened.countDown();
        }

        private void pass() {
            arrived.countDown();
            boolean interrupted = false;
            while (opened.getCount() > 0) {
                try {
                    opened.await();
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
