package mortise.tck.storage;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import mortise.spi.Capability;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageProvider;
import mortise.tck.sim.SimClock;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.jspecify.annotations.Nullable;

/**
 * A run of random changes to one log or several on a simulated disk, with crashes in between, after
 * each of which every log must be in a state that it was in at or after its last sync. Where the
 * store has several directories the logs move between them.
 *
 * <p>The same seed makes the same run. A failure's message ends with the changes that led to it.
 */
public final class StorageCrashRun implements CrashedLog.World {
    private static final int CRASHES = 4;
    private static final int MOST_CHANGES = 30;
    private static final int TRACE_LINES = 80;

    private final StorageProvider provider;
    private final Map<String, String> settings;
    private final RandomGenerator random;
    private final boolean sidecarsKept;
    private final Consumer<SimDisk> faults;
    private final List<CrashedLog> logs = new ArrayList<>();
    private final Deque<String> trace = new ArrayDeque<>();
    private final Map<String, Integer> done = new TreeMap<>();
    private final Map<String, Integer> met = new TreeMap<>();
    private SimContext context;
    private SimDisk disk;
    private @Nullable LogStore store;

    /**
     * What a run did and met.
     *
     * @param done how many changes of each kind returned, and what recoveries found
     * @param faults how many faults there were of each kind
     */
    public record Result(Map<String, Integer> done, Map<String, Integer> faults) {}

    private StorageCrashRun(
            StorageProvider provider,
            Map<String, String> settings,
            long seed,
            int partitions,
            Consumer<SimDisk> faults) {
        this.provider = provider;
        this.settings = settings;
        this.random = new SplittableRandom(seed);
        this.sidecarsKept = provider.capabilities().contains(Capability.SIDECARS);
        this.faults = faults;
        this.disk = SimDisk.create(seed);
        this.context = SimContext.on(disk, seed).withInlineThreads();
        for (int partition = 0; partition < partitions; partition++) {
            logs.add(
                    new CrashedLog(
                            LogUnderTest.id("crashing", partition, 7),
                            logSettings(),
                            random,
                            this));
        }
    }

    private LogSettings logSettings() {
        return new LogSettings(
                random.nextBoolean() ? 4_096 : 16_384,
                Duration.ofMinutes(10),
                random.nextBoolean() ? 64 : 1_024,
                1_024,
                random.nextInt(4) == 0,
                Duration.ofSeconds(1));
    }

    /**
     * Runs one seed on one log.
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
        new StorageCrashRun(provider, settings, seed, 1, faults).checked(seed);
    }

    /**
     * Runs one seed on several logs, which move between the store's directories.
     *
     * @param partitions how many logs
     * @param faults what is done to each disk first
     * @throws AssertionError if a crash left something else than it may
     */
    public static Result runSeveral(
            StorageProvider provider,
            Map<String, String> settings,
            long seed,
            int partitions,
            Consumer<SimDisk> faults) {
        StorageCrashRun run = new StorageCrashRun(provider, settings, seed, partitions, faults);
        run.checked(seed);
        return new Result(run.done, run.met);
    }

    private void checked(long seed) {
        try {
            run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    e.getMessage()
                            + "\nwhat was done, latest last (seed "
                            + seed
                            + "):\n  "
                            + String.join("\n  ", trace),
                    e);
        }
    }

    private void run() {
        faults.accept(disk);
        startStore();
        for (int crash = 0; crash < CRASHES; crash++) {
            if (random.nextBoolean()) {
                disk.cutPowerAfter(random.nextInt(60 * logs.size()));
            }
            changeUntilPowerFails();
            crashAndRecover();
        }
        closeQuietly();
    }

    private void startStore() {
        LogStore started = LogUnderTest.start(new Kit(), context);
        store = started;
        logs.forEach(log -> log.open(started));
    }

    private void changeUntilPowerFails() {
        int changes = random.nextInt(1, MOST_CHANGES * logs.size());
        for (int i = 0; i < changes && !disk.lostPower(); i++) {
            try {
                change();
            } catch (StorageException e) {
                if (!disk.lostPower()) {
                    throw e;
                }
                note("  … and the power fails");
                met.merge("power cut within a call", 1, Integer::sum);
            }
        }
    }

    private void change() {
        CrashedLog log = logs.size() == 1 ? logs.getFirst() : logs.get(random.nextInt(logs.size()));
        if (logs.size() > 1 && random.nextInt(3) == 0) {
            log.move();
            return;
        }
        int choice = random.nextInt(21);
        switch (choice) {
            case 11 -> restart();
            case 12 -> {
                note("a minute passes");
                context.clock().advance(Duration.ofMinutes(1));
            }
            case 14 -> kill();
            default -> log.change(choice);
        }
    }

    private void restart() {
        note("stop and start the store");
        closeStore();
        logs.forEach(CrashedLog::closed);
        context = context.restarted();
        startStore();
        logs.forEach(CrashedLog::inspect);
        did("restart");
    }

    /** The process ends, the machine does not: nothing that an append returned is lost. */
    private void kill() {
        note("kill");
        logs.forEach(CrashedLog::noteClaim);
        disk = disk.kill();
        closeQuietly();
        faults.accept(disk);
        context = context.restartedOn(disk);
        startStore();
        logs.forEach(CrashedLog::recoverFromKill);
        met.merge("process killed", 1, Integer::sum);
    }

    private void crashAndRecover() {
        note("crash; durable up to what the store says");
        met.merge(disk.lostPower() ? "power cut" : "power cut between calls", 1, Integer::sum);
        logs.forEach(CrashedLog::noteClaim);
        disk = disk.crash(random);
        disk.survivals()
                .forEach((how, count) -> met.merge("unsynced bytes: " + how, count, Integer::sum));
        closeQuietly();
        faults.accept(disk);
        context = context.restartedOn(disk);
        startStore();
        logs.forEach(CrashedLog::recover);
    }

    private void closeStore() {
        LogStore closing = store;
        store = null;
        logs.forEach(CrashedLog::forget);
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

    @Override
    public SimClock clock() {
        return context.clock();
    }

    @Override
    public boolean keepsSidecars() {
        return sidecarsKept;
    }

    @Override
    public LogStore store() {
        if (store == null) {
            throw new IllegalStateException("the store is not open");
        }
        return store;
    }

    @Override
    public void note(String line) {
        if (trace.size() == TRACE_LINES) {
            trace.removeFirst();
        }
        trace.addLast(line);
    }

    @Override
    public void did(String what) {
        done.merge(what, 1, Integer::sum);
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
