package mortise.tck.storage;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import mortise.spi.Caller;
import mortise.spi.storage.FileRange;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import org.jspecify.annotations.Nullable;

/**
 * A store around another that notes calls which break the contract: by a thread that {@link
 * mortise.spi.CalledOn} does not name, two changes of one log at once, two moves of one log's start
 * at once, two syncs of one log at once, a log used after it was closed, a slice used after it was
 * closed or by two threads at once. Such a call throws, and is kept for {@link #violations}.
 * Thread-safe.
 *
 * <p>A thread's part is what {@link CallerScope} says, else what its name tells.
 */
public final class ThreadCheckingLogStore extends InterceptedStore {
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private final Map<LogId, Occupancy> occupied = new ConcurrentHashMap<>();
    private final AtomicInteger openSlices = new AtomicInteger();

    private ThreadCheckingLogStore(LogStore store) {
        super(store);
    }

    /** A store that checks who calls the other one. */
    public static ThreadCheckingLogStore over(LogStore store) {
        return new ThreadCheckingLogStore(store);
    }

    /** What was wrong so far. */
    public List<String> violations() {
        return List.copyOf(violations);
    }

    /** How many slices are lent and not closed. */
    public int openSlices() {
        return openSlices.get();
    }

    /** Who is inside a log. */
    private record Occupancy(
            AtomicReference<@Nullable Thread> changing,
            AtomicReference<@Nullable Thread> moving,
            AtomicReference<@Nullable Thread> syncing) {
        Occupancy() {
            this(new AtomicReference<>(), new AtomicReference<>(), new AtomicReference<>());
        }
    }

    @Override
    PartitionLog wrap(LogId id, PartitionLog log) {
        return new CheckedLog(id, log);
    }

    @Override
    public <T extends @Nullable Object> T around(
            StorageCall call, @Nullable LogId log, Supplier<T> action) {
        Set<Caller> parts = CallerScope.ofCurrentThread();
        if (!call.mayBeCalledBy(parts)) {
            throw violation(
                    call + " was called by " + describe(parts) + "; it is for " + call.callers());
        }
        return inside(placesOf(call, log), call, log, action);
    }

    /** Makes a call with these places taken for it, each by nobody else. */
    private <T extends @Nullable Object> T inside(
            List<AtomicReference<@Nullable Thread>> places,
            StorageCall call,
            @Nullable LogId log,
            Supplier<T> action) {
        if (places.isEmpty()) {
            return action.get();
        }
        AtomicReference<@Nullable Thread> place = places.getFirst();
        Thread inside = place.compareAndExchange(null, Thread.currentThread());
        if (inside != null && inside != Thread.currentThread()) {
            throw violation(call + " of " + log + " was called while " + inside + " was inside");
        }
        try {
            return inside(places.subList(1, places.size()), call, log, action);
        } finally {
            if (inside == null) {
                place.set(null);
            }
        }
    }

    private List<AtomicReference<@Nullable Thread>> placesOf(
            StorageCall call, @Nullable LogId log) {
        if (log == null) {
            return List.of();
        }
        Occupancy occupancy = occupied.computeIfAbsent(log, _ -> new Occupancy());
        return switch (call) {
            case SYNC -> List.of(occupancy.syncing());
            case ADVANCE_START, TRIM_SIDECARS -> List.of(occupancy.moving());
            case TRUNCATE_TO, RESET, OPEN, DELETE, CLOSE_LOG ->
                    List.of(occupancy.changing(), occupancy.moving());
            default -> call.changesLog() ? List.of(occupancy.changing()) : List.of();
        };
    }

    private static String describe(Set<Caller> parts) {
        return parts + " (" + Thread.currentThread() + ")";
    }

    private AssertionError violation(String what) {
        violations.add(what);
        return new AssertionError(what);
    }

    /** A log that knows whether it was closed. */
    private final class CheckedLog extends InterceptedLog {
        CheckedLog(LogId id, PartitionLog log) {
            super(id, log, new OpenOnly());
        }

        @Override
        LogSlice lent(LogSlice slice) {
            openSlices.incrementAndGet();
            return new CheckedSlice(slice);
        }
    }

    /** Lets calls through until the log is closed. */
    private final class OpenOnly implements Interception {
        private volatile boolean closed;

        @Override
        public <T extends @Nullable Object> T around(
                StorageCall call, @Nullable LogId log, Supplier<T> action) {
            if (closed && call != StorageCall.CLOSE_LOG) {
                throw violation(call + " of " + log + " was called after it was closed");
            }
            closed |= call == StorageCall.CLOSE_LOG;
            return ThreadCheckingLogStore.this.around(call, log, action);
        }
    }

    /** A slice that knows who uses it. */
    private final class CheckedSlice implements LogSlice {
        private final LogSlice slice;
        private final AtomicReference<@Nullable Thread> user = new AtomicReference<>();
        private volatile boolean closed;

        CheckedSlice(LogSlice slice) {
            this.slice = slice;
        }

        private <T> T use(String method, Supplier<T> action) {
            if (closed) {
                throw violation("LogSlice." + method + " was called after the slice was closed");
            }
            Thread other = user.compareAndExchange(null, Thread.currentThread());
            if (other != null) {
                throw violation("LogSlice." + method + " was called while " + other + " used it");
            }
            try {
                return action.get();
            } finally {
                user.set(null);
            }
        }

        @Override
        public int sizeInBytes() {
            return use("sizeInBytes", slice::sizeInBytes);
        }

        @Override
        public Optional<FileRange> fileRange() {
            return use("fileRange", slice::fileRange);
        }

        @Override
        public Optional<ByteBuffer> memory() {
            return use("memory", slice::memory);
        }

        @Override
        public int copyTo(int position, ByteBuffer target) {
            return use("copyTo", () -> slice.copyTo(position, target));
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                openSlices.decrementAndGet();
            }
            slice.close();
        }
    }
}
