package mortise.tck.storage;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import mortise.spi.Capability;
import mortise.spi.storage.LogCompaction;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.SealedSegment;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageProvider;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.jspecify.annotations.Nullable;

/**
 * A run of random changes to one log on a simulated disk, with crashes in between, after each of
 * which the log must be in a state that it was in at or after the last sync.
 *
 * <p>The same seed makes the same run. A failure's message ends with the changes that led to it.
 */
public final class StorageCrashRun {
    private static final int CRASHES = 4;
    private static final int MOST_CHANGES = 30;
    private static final int TRACE_LINES = 80;
    private static final int LAST_OFFSET_DELTA_AT = 23;
    private static final LogId LOG = LogUnderTest.id("crashing", 0, 7);

    private final StorageProvider provider;
    private final Map<String, String> settings;
    private final RandomGenerator random;
    private final boolean sidecarsKept;
    private final Consumer<SimDisk> faults;
    private final LogSettings logSettings;
    private final Deque<String> trace = new ArrayDeque<>();
    private SimContext context;
    private SimDisk disk;
    private @Nullable LogStore store;
    private @Nullable PartitionLog log;
    private Durability durability = new Durability(LogState.EMPTY);
    private final SidecarHistory sidecars = new SidecarHistory();

    private StorageCrashRun(
            StorageProvider provider,
            Map<String, String> settings,
            long seed,
            Consumer<SimDisk> faults) {
        this.provider = provider;
        this.settings = settings;
        this.random = new SplittableRandom(seed);
        this.sidecarsKept = provider.capabilities().contains(Capability.SIDECARS);
        this.faults = faults;
        this.disk = SimDisk.create(seed);
        this.context = SimContext.on(disk, seed).withInlineThreads();
        this.logSettings =
                new LogSettings(
                        random.nextBoolean() ? 4_096 : 16_384,
                        Duration.ofMinutes(10),
                        random.nextBoolean() ? 64 : 1_024,
                        1_024,
                        random.nextInt(4) == 0,
                        Duration.ofSeconds(1));
    }

    /**
     * Runs one seed.
     *
     * @throws AssertionError if a crash left something else than it may
     */
    public static void run(StorageProvider provider, Map<String, String> settings, long seed) {
        run(provider, settings, seed, disk -> {});
    }

    /**
     * Runs one seed on disks that something is done to first, for example {@link
     * SimDisk#ignoreForces}, to show that the kit notices.
     */
    public static void run(
            StorageProvider provider,
            Map<String, String> settings,
            long seed,
            Consumer<SimDisk> faults) {
        StorageCrashRun run = new StorageCrashRun(provider, settings, seed, faults);
        try {
            run.run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    e.getMessage()
                            + "\nwhat was done, latest last (seed "
                            + seed
                            + "):\n  "
                            + String.join("\n  ", run.trace),
                    e);
        }
    }

    private void run() {
        faults.accept(disk);
        openFirst();
        for (int crash = 0; crash < CRASHES; crash++) {
            if (random.nextBoolean()) {
                disk.cutPowerAfter(random.nextInt(60));
            }
            changeUntilPowerFails();
            crashAndRecover();
        }
        closeQuietly();
    }

    private void openFirst() {
        store = LogUnderTest.start(new Kit(), context);
        log = store.open(LOG, logSettings);
    }

    private void changeUntilPowerFails() {
        int changes = random.nextInt(1, MOST_CHANGES);
        for (int i = 0; i < changes && !disk.lostPower(); i++) {
            try {
                change();
            } catch (StorageException e) {
                if (!disk.lostPower()) {
                    throw e;
                }
                note("  … and the power fails");
            }
        }
    }

    private void change() {
        PartitionLog open = open();
        switch (random.nextInt(21)) {
            case 0, 1, 2, 3 -> sync(open);
            case 4 -> truncate(open);
            case 5 -> advanceStart(open);
            case 6 -> {
                if (random.nextInt(4) == 0) {
                    reset(open);
                }
            }
            case 7, 8 -> putSidecar(open, open.bounds().endOffset());
            case 9 -> trim(open);
            case 10 -> reopenLog(open);
            case 11 -> restart();
            case 12 -> {
                note("a minute passes");
                context.clock().advance(Duration.ofMinutes(1));
            }
            case 13 -> inspect(open);
            case 14 -> kill(open);
            case 15 -> compact(open);
            default -> append(open);
        }
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
                            context.clock().wallMillis());
            rolled.ifPresent(offset -> note("roll at " + offset));
            if (rolled.isPresent() && random.nextBoolean()) {
                putSidecar(open, rolled.getAsLong());
            }
            note("append " + batches);
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
                            context.clock().wallMillis() + random.nextInt(-500, 500),
                            (int) (durability.time() / 10),
                            bytes,
                            random.nextLong());
            base = last + 1;
        }
        return List.of(batches);
    }

    private void sync(PartitionLog open) {
        note("sync");
        open.sync();
        durability.synced();
        sidecars.synced();
    }

    private void truncate(PartitionLog open) {
        LogState now = durability.now();
        long offset = random.nextLong(open.bounds().startOffset(), open.bounds().endOffset() + 1);
        note("truncate to " + offset);
        durability.truncated(now.truncateTo(offset));
        sidecars.cut(offset, durability.now().endLow(), durability.time());
        try (LogSlice held = heldAcross(open, offset)) {
            open.truncateTo(offset);
            note("  " + held.sizeInBytes() + " bytes of it were held");
        }
        durability.refined(durability.now().endingAt(open.bounds().endOffset()));
    }

    /** Some of what a truncation removes, now and then: a store must leave it to who has it. */
    private LogSlice heldAcross(PartitionLog open, long offset) {
        int most = random.nextInt(3) == 0 ? 1 << 20 : 0;
        return open.read(offset, open.end(), most, most > 0);
    }

    private void advanceStart(PartitionLog open) {
        long offset = random.nextLong(open.bounds().startOffset(), open.bounds().endOffset() + 1);
        note("advance start to " + offset);
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
        if (compaction == null || sealed.isEmpty()) {
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
        note("compact " + begin + " to " + end);
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
            }
        } catch (StorageException e) {
            durability.mayBeCompacted(gone);
            throw e;
        }
    }

    private void reset(PartitionLog open) {
        long end = open.bounds().endOffset();
        long offset = random.nextBoolean() ? end + random.nextInt(100) : random.nextLong(end + 1);
        note("reset to " + offset);
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
        note("put " + kind + " at " + offset + " (" + content.length + "b)");
        if (sidecarsKept) {
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
        note("trim " + kind + " to " + offset);
        sidecars.trimmed(kind, offset);
        open.trimSidecars(kind, offset);
    }

    private void reopenLog(PartitionLog open) {
        note("close and open the log");
        open.close();
        closed();
        log = null;
        log = opened();
        inspect(open());
    }

    private void restart() {
        note("stop and start the store");
        closeStore();
        closed();
        context = context.restarted();
        store = LogUnderTest.start(new Kit(), context);
        log = opened();
        inspect(open());
    }

    /** The process ends, the machine does not: nothing that an append returned is lost. */
    private void kill(PartitionLog open) {
        long claimed = open.durableEnd().offset();
        note("kill; durable up to " + claimed + " by the store's word");
        durability.claimed(claimed);
        disk = disk.kill();
        closeQuietly();
        faults.accept(disk);
        context = context.restartedOn(disk);
        store = LogUnderTest.start(new Kit(), context);
        log = opened();
        durability.refined(durability.now().reopened());
        inspect(open());
        if (sidecarsKept) {
            sidecars.killed(open());
        }
    }

    private void closed() {
        durability.synced();
        sidecars.synced();
        durability.refined(durability.now().reopened());
    }

    private PartitionLog opened() {
        if (store == null) {
            throw new IllegalStateException("the store is not open");
        }
        return store.open(LOG, logSettings);
    }

    private void inspect(PartitionLog open) {
        durability.refined(LogInspection.compare(open, durability.now()));
    }

    private void crashAndRecover() {
        if (log != null) {
            long claimed = log.durableEnd().offset();
            note("crash; durable up to " + claimed + " by the store's word");
            durability.claimed(claimed);
        } else {
            note("crash; the log is closed");
        }
        disk = disk.crash(random);
        closeQuietly();
        faults.accept(disk);
        context = context.restartedOn(disk);
        store = LogUnderTest.start(new Kit(), context);
        log = opened();
        PartitionLog open = open();
        Durability.Step survivor = survivor(open);
        note("recovered " + survivor.state());
        if (sidecarsKept) {
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

    private void closeStore() {
        LogStore closing = store;
        store = null;
        log = null;
        if (closing != null) {
            closing.close();
        }
    }

    private void closeQuietly() {
        try {
            closeStore();
        } catch (StorageException e) {
            // the disk is dead, and so says the store
        }
    }

    private void note(String line) {
        if (trace.size() == TRACE_LINES) {
            trace.removeFirst();
        }
        trace.addLast(line);
    }

    /** What starts a store. */
    private final class Kit implements StorageUnderTest {
        @Override
        public StorageProvider provider() {
            return provider;
        }

        @Override
        public Map<String, String> settings() {
            return settings;
        }
    }
}
