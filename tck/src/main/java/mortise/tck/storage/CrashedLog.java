package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogCompaction;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogMoves;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.SealedSegment;
import mortise.spi.storage.Sidecar;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import mortise.tck.sim.SimClock;
import org.jspecify.annotations.Nullable;

/**
 * One log of a {@link StorageCrashRun}: random changes to it, and beside it the states in which a
 * crash may leave it. Confined to its run.
 */
final class CrashedLog {
    private static final int LAST_OFFSET_DELTA_AT = 23;

    private final LogId id;
    private final LogSettings logSettings;
    private final RandomGenerator random;
    private final World world;
    private @Nullable PartitionLog log;
    private @Nullable PartitionLog future;
    private Durability durability = new Durability(LogState.EMPTY);
    private final SidecarHistory sidecars = new SidecarHistory();

    /** What the logs of a run share. */
    interface World {
        SimClock clock();

        boolean keepsSidecars();

        /** The store that is open now. */
        LogStore store();

        /** Keeps a line for whoever reads of a failure. */
        void note(String line);

        /** Counts a change that returned. */
        void did(String what);
    }

    CrashedLog(LogId id, LogSettings logSettings, RandomGenerator random, World world) {
        this.id = id;
        this.logSettings = logSettings;
        this.random = random;
        this.world = world;
    }

    // ---- changes

    /** Does one of the changes that a number up to 15 stands for, or appends. */
    void change(int choice) {
        PartitionLog open = open();
        switch (choice) {
            case 0, 1, 2, 3 -> did("sync", () -> sync(open));
            case 4 -> did("truncate", () -> truncate(open));
            case 5 -> did("advance the start", () -> advanceStart(open));
            case 6 -> {
                if (random.nextInt(4) == 0) {
                    did("reset", () -> reset(open));
                }
            }
            case 7, 8 -> did("put a sidecar", () -> putSidecar(open, open.bounds().endOffset()));
            case 9 -> did("trim sidecars", () -> trim(open));
            case 10 -> did("reopen", this::reopenLog);
            case 13 -> inspect();
            case 15 -> compact(open);
            default -> did("append", () -> append(open));
        }
    }

    private void did(String what, Runnable change) {
        change.run();
        world.did(what);
    }

    private PartitionLog open() {
        if (log == null) {
            throw new IllegalStateException("the log is not open");
        }
        return log;
    }

    private void append(PartitionLog open) {
        for (int n = random.nextInt(1, 4); n > 0; n--) {
            List<SampleBatch> batches = newBatches(open.bounds().endOffset());
            SampleBatchSet set = SampleBatchSet.of(batches);
            OptionalLong rolled =
                    open.rollIfNeeded(
                            set.sizeInBytes(),
                            batches.getLast().maxTimestamp(),
                            world.clock().wallMillis());
            rolled.ifPresent(offset -> world.note("roll at " + offset));
            if (rolled.isPresent() && random.nextBoolean()) {
                putSidecar(open, rolled.getAsLong());
            }
            world.note("append " + batches);
            // if the power fails now, any number of them may be there
            batches.forEach(batch -> durability.changed(durability.now().append(batch)));
            open.append(set);
            set.scribble();
        }
    }

    private List<SampleBatch> newBatches(long end) {
        int count = random.nextInt(5) == 0 ? random.nextInt(2, 5) : 1;
        SampleBatch[] batches = new SampleBatch[count];
        long base = end;
        for (int i = 0; i < count; i++) {
            base += random.nextInt(4) == 0 ? random.nextInt(10) : 0;
            long last = base + random.nextInt(8);
            int bytes = random.nextInt(8) == 0 ? random.nextInt(6_000) : random.nextInt(700);
            batches[i] =
                    SampleBatch.of(
                            base,
                            last,
                            world.clock().wallMillis() + random.nextInt(-500, 500),
                            (int) (durability.time() / 10),
                            bytes,
                            random.nextLong());
            base = last + 1;
        }
        return List.of(batches);
    }

    private void sync(PartitionLog open) {
        world.note("sync " + id.partition());
        open.sync();
        durability.synced();
        sidecars.synced();
    }

    private void truncate(PartitionLog open) {
        LogState now = durability.now();
        long offset = random.nextLong(open.bounds().startOffset(), open.bounds().endOffset() + 1);
        world.note("truncate to " + offset);
        endMove();
        durability.truncated(now.truncateTo(offset));
        sidecars.cut(offset, durability.now().endLow(), durability.time());
        try (LogSlice held = heldAcross(open, offset)) {
            open.truncateTo(offset);
            world.note("  " + held.sizeInBytes() + " bytes of it were held");
        }
        long end = open.bounds().endOffset();
        durability.refined(durability.now().endingAt(end));
        sidecars.endMoved(end);
    }

    /** Some of what a truncation removes, now and then: a store must leave it to who has it. */
    private LogSlice heldAcross(PartitionLog open, long offset) {
        int most = random.nextInt(3) == 0 ? 1 << 20 : 0;
        return open.read(offset, open.end(), most, most > 0);
    }

    private void advanceStart(PartitionLog open) {
        long offset = random.nextLong(open.bounds().startOffset(), open.bounds().endOffset() + 1);
        world.note("advance start to " + offset);
        sidecars.startAdvanced(offset);
        try {
            open.advanceStart(offset);
        } catch (StorageException e) {
            durability.startMayHaveAdvanced(offset);
            throw e;
        }
        durability.startAdvanced(offset);
    }

    /** Some sealed segments become one, with some of their batches. */
    private void compact(PartitionLog open) {
        LogCompaction compaction = open.compaction().orElse(null);
        List<SealedSegment> sealed = compaction == null ? List.of() : compaction.sealed();
        // a copy of which a part is from before a compaction is none of the log after it
        if (compaction == null || sealed.isEmpty() || isMoving()) {
            return;
        }
        int from = random.nextInt(sealed.size());
        List<SealedSegment> some =
                sealed.subList(from, random.nextInt(from, Math.min(sealed.size(), from + 4)) + 1);
        long begin = some.getFirst().baseOffset();
        long end = some.getLast().endOffset();
        long salt = random.nextLong();
        LongPredicate chosen = base -> Long.bitCount(base * salt) % 3 == 0;
        Predicate<SampleBatch> gone =
                batch ->
                        batch.baseOffset() >= begin
                                && batch.lastOffset() < end - 1
                                && chosen.test(batch.baseOffset());
        world.note("compact " + begin + " to " + end);
        sidecars.compacted(begin, end);
        try {
            Optional<SealedSegment> done =
                    compaction.rewrite(
                            some,
                            batch -> {
                                long base = batch.getLong(batch.position());
                                int delta = batch.getInt(batch.position() + LAST_OFFSET_DELTA_AT);
                                return base + delta < end - 1 && chosen.test(base) ? null : batch;
                            });
            if (done.isPresent()) {
                durability.compacted(gone);
                compaction.noteCompactedTo(end);
                world.did("compact");
            }
        } catch (StorageException e) {
            durability.mayBeCompacted(gone);
            throw e;
        }
    }

    private void reset(PartitionLog open) {
        long end = open.bounds().endOffset();
        long offset = random.nextBoolean() ? end + random.nextInt(100) : random.nextLong(end + 1);
        world.note("reset to " + offset);
        endMove();
        durability.truncated(durability.now().truncateTo(durability.now().start()));
        durability.changed(durability.now().reset(offset));
        sidecars.cut(-1, -1, durability.time());
        open.reset(offset);
    }

    private void putSidecar(PartitionLog open, long latest) {
        SidecarKind kind = random.nextInt(3) == 0 ? SidecarKind.LEADER_EPOCHS : producerKind();
        // the newest epochs replace all, those of larger offsets too
        long offset =
                kind == SidecarKind.LEADER_EPOCHS && random.nextInt(3) == 0
                        ? random.nextLong(latest + 1)
                        : latest;
        byte[] content = new byte[random.nextInt(1, 1_500)];
        random.nextBytes(content);
        world.note("put " + kind + " at " + offset + " (" + content.length + "b)");
        if (world.keepsSidecars()) {
            sidecars.put(kind, offset, ByteBuffer.wrap(content.clone()));
            durability.tick();
        }
        open.putSidecar(kind, offset, ByteBuffer.wrap(content));
    }

    private SidecarKind producerKind() {
        return random.nextBoolean() ? SidecarKind.PRODUCER_STATE : SidecarKind.PRODUCER_BATCHES;
    }

    private void trim(PartitionLog open) {
        long offset = random.nextLong(open.bounds().endOffset() + 1);
        SidecarKind kind = producerKind();
        world.note("trim " + kind + " to " + offset);
        sidecars.trimmed(kind, offset);
        open.trimSidecars(kind, offset);
    }

    // ---- moves

    private LogMoves moves() {
        return world.store().moves().orElseThrow();
    }

    private boolean isMoving() {
        return movingTo(world.store()).isPresent();
    }

    private Optional<LogDirectory> movingTo(LogStore store) {
        return store.moves().stream()
                .flatMap(moves -> moves.futures().stream())
                .filter(moving -> moving.id().equals(id))
                .map(LogMoves.FutureLog::directory)
                .findFirst();
    }

    /** What was copied is not a part of the log any more. */
    private void endMove() {
        if (isMoving()) {
            future = null;
            world.note("drop the copy of " + id.partition());
            moves().drop(id);
            world.did("drop a copy");
        }
    }

    /** Begins to move it, or goes on with that, or ends it. */
    void move() {
        PartitionLog open = open();
        List<LogDirectory> others =
                world.store().directories().stream()
                        .filter(directory -> !directory.id().equals(open.directory().id()))
                        .toList();
        if (future == null || random.nextInt(8) == 0) {
            begin(others.get(random.nextInt(others.size())));
            return;
        }
        PartitionLog copy = future;
        switch (random.nextInt(8)) {
            case 0 -> endMove();
            case 1 -> {
                world.note("sync the copy of " + id.partition());
                copy.sync();
                world.did("sync a copy");
            }
            case 2, 3, 4 -> {
                if (copy(open, copy, Integer.MAX_VALUE)) {
                    replace(open, copy);
                }
            }
            default -> copy(open, copy, random.nextInt(1, 8));
        }
    }

    private void begin(LogDirectory target) {
        Optional<LogDirectory> before = movingTo(world.store());
        LogDirectory to = before.isPresent() && random.nextBoolean() ? before.get() : target;
        world.note("begin to move " + id.partition() + " to " + to.location());
        future = moves().begin(id, to, logSettings);
        world.did("begin a move");
    }

    /** Copies some batches; whether the copy holds what the log does then. */
    private boolean copy(PartitionLog open, PartitionLog copy, int most) {
        LogState now = durability.now();
        long start = open.bounds().startOffset();
        world.note("copy up to " + most + " batches of " + id.partition());
        if (copy.bounds().endOffset() < start) {
            copy.reset(start);
        }
        int copied = 0;
        for (SampleBatch batch : now.batches()) {
            if (batch.lastOffset() < copy.bounds().endOffset() || copied == most) {
                continue;
            }
            if (batch.baseOffset() < copy.bounds().endOffset()) {
                copy.reset(batch.baseOffset());
            }
            copy.rollIfNeeded(
                    batch.sizeInBytes(), batch.maxTimestamp(), world.clock().wallMillis());
            copy.append(SampleBatchSet.of(List.of(batch)));
            copied++;
            world.did("copy a batch");
        }
        if (copy.bounds().endOffset() >= start) {
            copy.advanceStart(start);
        }
        return copy.bounds().equals(open.bounds());
    }

    private void replace(PartitionLog open, PartitionLog copy) {
        long end = open.bounds().endOffset();
        for (SidecarKind kind : SidecarKind.values()) {
            Optional<Sidecar> latest = open.latestSidecar(kind, Long.MAX_VALUE);
            latest.ifPresent(sidecar -> {
                copy.putSidecar(kind, sidecar.offset(), sidecar.content().duplicate());
                sidecars.onlyLatestStays(kind);
            });
        }
        world.note("put the copy of " + id.partition() + " in place, up to " + end);
        future = null;
        moves().replace(id);
        durability.synced();
        sidecars.synced();
        assertThat(moves().futures())
                .as("future logs of %s", id)
                .noneMatch(moving -> moving.id().equals(id));
        inspect();
        world.did("replace");
    }

    // ---- the ends of processes

    /** Opens it in a store that has just been started. */
    void open(LogStore store) {
        future = null;
        PartitionLog opened = store.open(id, logSettings);
        log = opened;
        movingTo(store)
                .ifPresent(directory -> {
                    // what a crash took from the log is not to come back from its copy
                    PartitionLog copy =
                            store.moves().orElseThrow().begin(id, directory, logSettings);
                    LogBounds bounds = opened.bounds();
                    if (copy.bounds().startOffset() > bounds.endOffset()) {
                        copy.reset(bounds.startOffset());
                    } else {
                        copy.truncateTo(bounds.endOffset());
                    }
                    future = copy;
                });
    }

    /** The store goes away. */
    void forget() {
        log = null;
        future = null;
    }

    private void reopenLog() {
        world.note("close and open " + id.partition());
        open().close();
        closed();
        log = null;
        log = world.store().open(id, logSettings);
        inspect();
    }

    /** It was closed cleanly. */
    void closed() {
        durability.synced();
        sidecars.synced();
        durability.refined(durability.now().reopened());
    }

    /** How far the store says that it is durable, which counts from now on. */
    void noteClaim() {
        if (log != null) {
            long claimed = log.durableEnd().offset();
            world.note(id.partition() + " is durable up to " + claimed + " by the store's word");
            durability.claimed(claimed);
        } else {
            world.note(id.partition() + " is closed");
        }
    }

    /** The process ended, the machine did not: nothing that an append returned is lost. */
    void recoverFromKill() {
        durability.refined(durability.now().reopened());
        inspect();
        if (world.keepsSidecars()) {
            sidecars.killed(open());
        }
    }

    void inspect() {
        durability.refined(LogInspection.compare(open(), durability.now()));
    }

    /** Compares what came back after a crash, and takes it for what there is. */
    void recover() {
        PartitionLog open = open();
        LogState latest = durability.now();
        Durability.Step survivor = survivor(open);
        world.note("recovered " + id.partition() + " " + survivor.state());
        if (survivor.state().batches().size() < latest.batches().size()) {
            world.did("unsynced batches lost");
        }
        if (world.keepsSidecars()) {
            sidecars.recovered(open, survivor.time());
        }
        LogState exact = LogInspection.compare(open, survivor.state());
        durability = new Durability(exact);
    }

    /** The first of the possible states that the log came back in. */
    private Durability.Step survivor(PartitionLog open) {
        List<ByteBuffer> found = LogInspection.batchesOf(open);
        for (Durability.Step step : durability.steps()) {
            LogState state = step.state().reopened();
            if (open.bounds().startOffset() == state.start()
                    && open.bounds().endOffset() >= state.endLow()
                    && open.bounds().endOffset() <= state.endHigh()
                    && found.equals(state.batches().stream().map(SampleBatch::content).toList())) {
                return new Durability.Step(step.time(), state);
            }
        }
        throw new AssertionError(
                "after the crash the log holds "
                        + open.bounds()
                        + " with batches at "
                        + found.stream().map(batch -> batch.getLong(0)).toList()
                        + ", and may hold one of\n    "
                        + String.join(
                                "\n    ",
                                durability.steps().stream()
                                        .map(step -> step.state().toString())
                                        .toList()));
    }
}
