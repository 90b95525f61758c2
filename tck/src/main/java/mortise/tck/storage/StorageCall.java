package mortise.tck.storage;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import mortise.spi.CalledOn;
import mortise.spi.Caller;
import mortise.spi.storage.LogCompaction;
import mortise.spi.storage.LogMoves;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;

/** A method of a store or a log, as the wrappers of this kit name it. */
public enum StorageCall {
    START(LogStore.class, "start"),
    STORED(LogStore.class, "stored"),
    OPEN(LogStore.class, "open"),
    CREATE(LogStore.class, "create"),
    DELETE(LogStore.class, "delete"),
    DIRECTORIES(LogStore.class, "directories"),
    MOVES(LogStore.class, "moves"),
    FUTURES(LogMoves.class, "futures"),
    BEGIN_MOVE(LogMoves.class, "begin"),
    DROP_MOVE(LogMoves.class, "drop"),
    REPLACE(LogMoves.class, "replace"),
    CLOSE_STORE(LogStore.class, "close"),
    ROLL_IF_NEEDED(PartitionLog.class, "rollIfNeeded"),
    APPEND(PartitionLog.class, "append"),
    END(PartitionLog.class, "end"),
    BOUNDS(PartitionLog.class, "bounds"),
    SYNC(PartitionLog.class, "sync"),
    DURABLE_END(PartitionLog.class, "durableEnd"),
    READ_RECENT(PartitionLog.class, "readRecent"),
    READ(PartitionLog.class, "read"),
    POSITION(PartitionLog.class, "position"),
    OFFSET_AT_OR_AFTER(PartitionLog.class, "offsetAtOrAfter"),
    LARGEST_TIMESTAMP(PartitionLog.class, "largestTimestamp"),
    TRUNCATE_TO(PartitionLog.class, "truncateTo"),
    RESET(PartitionLog.class, "reset"),
    ADVANCE_START(PartitionLog.class, "advanceStart"),
    RETAINED_FROM(PartitionLog.class, "retainedFrom"),
    CONFIGURE(PartitionLog.class, "configure"),
    PUT_SIDECAR(PartitionLog.class, "putSidecar"),
    LATEST_SIDECAR(PartitionLog.class, "latestSidecar"),
    TRIM_SIDECARS(PartitionLog.class, "trimSidecars"),
    MISSING(PartitionLog.class, "missing"),
    ACCEPT_LOSS(PartitionLog.class, "acceptLoss"),
    GIVE_UP(PartitionLog.class, "giveUp"),
    ABORTED_TRANSACTIONS(PartitionLog.class, "abortedTransactions"),
    ABORTED_KNOWN_TO(PartitionLog.class, "abortedKnownTo"),
    RESTORE_ABORTED(PartitionLog.class, "restoreAborted"),
    COMPACTION(PartitionLog.class, "compaction"),
    SEALED(LogCompaction.class, "sealed"),
    COMPACTED_TO(LogCompaction.class, "compactedTo"),
    NOTE_COMPACTED_TO(LogCompaction.class, "noteCompactedTo"),
    REWRITE(LogCompaction.class, "rewrite"),
    SIZE_IN_BYTES(PartitionLog.class, "sizeInBytes"),
    DIRECTORY(PartitionLog.class, "directory"),
    CLOSE_LOG(PartitionLog.class, "close");

    private final Class<?> type;
    private final String method;

    // Set.copyOf gives an immutable one, which the checker cannot see
    @SuppressWarnings("ImmutableEnumChecker")
    private final Set<Caller> callers;

    StorageCall(Class<?> type, String method) {
        this.type = type;
        this.method = method;
        this.callers =
                Arrays.stream(type.getMethods())
                        .filter(candidate -> candidate.getName().equals(method))
                        .filter(candidate -> candidate.isAnnotationPresent(CalledOn.class))
                        .map(candidate -> candidate.getAnnotation(CalledOn.class))
                        .findFirst()
                        .map(annotation -> Set.copyOf(List.of(annotation.value())))
                        .orElseThrow(() ->
                                new IllegalStateException(
                                        type.getSimpleName()
                                                + "."
                                                + method
                                                + " does not say which thread calls it"));
    }

    /** Which threads call it, by its {@link CalledOn}. */
    public Set<Caller> callers() {
        return callers;
    }

    /** Whether it changes a log, so that one at a time may run per log. */
    boolean changesLog() {
        return switch (this) {
            case TRUNCATE_TO, RESET, REPLACE -> true;
            default -> callers.contains(Caller.WRITER);
        };
    }

    /** Whether a thread that plays one of these parts may call it. */
    boolean mayBeCalledBy(Set<Caller> parts) {
        EnumSet<Caller> both = EnumSet.copyOf(callers);
        both.retainAll(parts);
        return callers.contains(Caller.ANY) || parts.isEmpty() || !both.isEmpty();
    }

    @Override
    public String toString() {
        return type.getSimpleName() + "." + method;
    }
}
