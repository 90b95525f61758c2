package mortise.tck.sim;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import org.jspecify.annotations.Nullable;

/**
 * What a simulated disk holds: its {@link SimTree names}, the files, the space, and the faults that
 * an operation may meet. Every method takes the one lock; thread-safe.
 */
final class SimVolume {
    /** Where Linux says which boot of the machine this is. */
    private static final List<String> BOOT_ID =
            List.of("proc", "sys", "kernel", "random", "boot_id");

    private final ReentrantLock lock = new ReentrantLock();
    private final DiskFaults faults = new DiskFaults(lock);
    private final String name;
    private final Clock clock;
    private final SimTree tree;
    private final SplittableRandom random;
    private final Map<SimFile, List<SimFileLock>> locks = new HashMap<>();
    private Predicate<Path> lockedOutside = path -> false;
    private long totalBytes = Long.MAX_VALUE / 2;
    private long usedPages;
    private boolean shortWrites;
    private final Map<Survival, Integer> survivals = new EnumMap<>(Survival.class);
    private SimFile bootId;
    private boolean crashed;
    private long forces;
    private long writes;

    SimVolume(String name, long seed, Clock clock) {
        this.name = name;
        this.clock = clock;
        this.random = new SplittableRandom(seed);
        this.tree = new SimTree(seed, clock);
        this.bootId = bootId(seed, clock.wallMillis());
    }

    /** A file beside the names: it is of the machine and not of the disk. */
    private static SimFile bootId(long seed, long nowMillis) {
        SimFile file = new SimFile(-2, nowMillis);
        byte[] text = (new UUID(0x4000, seed | Long.MIN_VALUE) + "\n").getBytes(UTF_8);
        file.write(0, ByteBuffer.wrap(text), text.length);
        return file;
    }

    /** Something done under the lock. */
    interface Action<T extends @Nullable Object> {
        T run() throws IOException;
    }

    /** An open file or directory. */
    record Opened(SimNode node, boolean created) {}

    String name() {
        return name;
    }

    /** How often each part of what was not forced survived the crash that this volume is of. */
    Map<Survival, Integer> survivals() {
        return survivals;
    }

    DiskFaults faults() {
        return faults;
    }

    <T extends @Nullable Object> T locked(java.util.function.Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    private <T extends @Nullable Object> T perform(
            DiskOperation operation, Path path, Action<T> action, T pretended) throws IOException {
        lock.lock();
        try {
            return switch (faults.check(operation, path)) {
                case GO_ON -> action.run();
                case PRETEND -> pretended;
                case LOSE_POWER -> {
                    if (random.nextBoolean()) {
                        action.run();
                    }
                    faults.die();
                    throw new PowerLostException(operation + " " + path);
                }
            };
        } finally {
            lock.unlock();
        }
    }

    // names

    SimNode look(SimPath path) throws IOException {
        return perform(DiskOperation.LOOK, path, () -> tree.require(path), tree.root());
    }

    @Nullable SimNode find(List<String> names) {
        return tree.find(names);
    }

    List<String> list(SimPath path) throws IOException {
        return perform(DiskOperation.LOOK, path, () -> tree.list(path), List.of());
    }

    void createDirectory(SimPath path) throws IOException {
        perform(
                DiskOperation.CREATE,
                path,
                () -> {
                    tree.createDirectory(path);
                    return null;
                },
                null);
    }

    void delete(SimPath path) throws IOException {
        perform(
                DiskOperation.DELETE,
                path,
                () -> {
                    unlinked(tree.remove(path));
                    return null;
                },
                null);
    }

    /**
     * Gives a node another name.
     *
     * @param atomic whether to do as {@code rename(2)} does, replacing what has the name
     * @param replace whether to replace what has the name, if not atomic
     */
    void rename(SimPath from, SimPath to, boolean atomic, boolean replace) throws IOException {
        perform(
                DiskOperation.RENAME,
                from,
                () -> {
                    unlinked(tree.rename(from, to, atomic, replace));
                    return null;
                },
                null);
    }

    private void unlinked(@Nullable SimNode node) {
        if (node instanceof SimFile file) {
            file.unlinked();
            freeIfGone(file);
        }
    }

    private void freeIfGone(SimFile file) {
        if (file.gone()) {
            usedPages -= file.allocatedPages();
        }
    }

    // files

    /** Opens what is there, or makes a new file if that is wanted. */
    Opened open(SimPath path, boolean create, boolean createNew, boolean write, boolean truncate)
            throws IOException {
        if (!write && path.fromRoot().equals(BOOT_ID)) {
            return perform(
                    DiskOperation.OPEN,
                    path,
                    () -> opened(bootId, false, path, false),
                    new Opened(bootId, false));
        }
        SimNode there = locked(() -> find(path.fromRoot()));
        if (there != null && createNew) {
            throw new FileAlreadyExistsException(path.toString());
        }
        if (there != null) {
            Opened opened =
                    perform(
                            DiskOperation.OPEN,
                            path,
                            () -> opened(tree.require(path), write, path, false),
                            new Opened(there, false));
            if (truncate && write && opened.node() instanceof SimFile file && file.size() > 0) {
                truncate(path, file, 0);
            }
            return opened;
        }
        if (!write || !(create || createNew)) {
            perform(DiskOperation.LOOK, path, () -> tree.require(path), tree.root());
            throw new NoSuchFileException(path.toString());
        }
        return perform(
                DiskOperation.CREATE,
                path,
                () -> opened(tree.createFile(path), true, path, true),
                new Opened(new SimFile(-1, now()), true));
    }

    private static Opened opened(SimNode node, boolean write, SimPath path, boolean created)
            throws FileSystemException {
        if (node instanceof SimFile file) {
            file.channelOpened();
        } else if (write) {
            throw new FileSystemException(path.toString(), null, "Is a directory");
        }
        return new Opened(node, created);
    }

    void closed(SimNode node, @Nullable SimFileChannel channel) {
        locked(() -> {
            if (node instanceof SimFile file) {
                file.channelClosed();
                freeIfGone(file);
                List<SimFileLock> held = locks.get(file);
                if (held != null) {
                    held.removeIf(taken -> taken.acquiredBy() == channel);
                }
            }
            return null;
        });
    }

    int read(Path path, SimFile file, long position, ByteBuffer target) throws IOException {
        return perform(DiskOperation.READ, path, () -> file.read(position, target), -1);
    }

    long size(Path path, SimFile file) throws IOException {
        return perform(DiskOperation.LOOK, path, file::size, 0L);
    }

    /**
     * Writes bytes of the buffers at {@code position}, or at the end if that is negative.
     *
     * @return how many, at least one if there are any
     */
    long write(Path path, SimFile file, long position, ByteBuffer[] sources) throws IOException {
        lock.lock();
        try {
            long total = 0;
            for (ByteBuffer source : sources) {
                total += source.remaining();
            }
            long at = position < 0 ? file.size() : position;
            DiskFaults.Verdict verdict = faults.check(DiskOperation.WRITE, path);
            long wanted = total;
            if (verdict == DiskFaults.Verdict.LOSE_POWER) {
                writeNow(file, at, sources, random.nextLong(total + 1));
                faults.die();
                throw new PowerLostException("write " + path);
            }
            if (shortWrites && total > 1 && random.nextBoolean()) {
                wanted = random.nextLong(1, total);
            }
            wanted = fitting(path, file, at, wanted);
            if (verdict == DiskFaults.Verdict.GO_ON) {
                writeNow(file, at, sources, wanted);
            }
            if (random.nextInt(4) == 0) {
                file.writeBackOne(random);
            }
            return wanted;
        } finally {
            lock.unlock();
        }
    }

    private long fitting(Path path, SimFile file, long position, long wanted) throws IOException {
        long freePages = totalBytes / SimFile.PAGE - usedPages;
        if (file.pagesNeeded(position, wanted) <= freePages) {
            return wanted;
        }
        long fits = 0;
        while (fits < wanted) {
            long step = SimFile.PAGE - (position + fits) % SimFile.PAGE;
            long next = Math.min(wanted, fits + step);
            if (file.pagesNeeded(position, next) > freePages) {
                break;
            }
            fits = next;
        }
        if (fits == 0) {
            throw new FileSystemException(path.toString(), null, "No space left on device");
        }
        return fits;
    }

    private void writeNow(SimFile file, long position, ByteBuffer[] sources, long length) {
        int before = file.allocatedPages();
        long done = 0;
        for (ByteBuffer source : sources) {
            int step = (int) Math.min(source.remaining(), length - done);
            file.write(position + done, source, step);
            done += step;
        }
        usedPages += file.allocatedPages() - before;
        file.countWrite(done);
        file.modified(now());
        writes++;
    }

    void truncate(Path path, SimFile file, long newSize) throws IOException {
        perform(
                DiskOperation.TRUNCATE,
                path,
                () -> {
                    if (newSize < file.size()) {
                        int before = file.allocatedPages();
                        file.truncate(newSize);
                        usedPages += file.allocatedPages() - before;
                        file.modified(now());
                    }
                    return null;
                },
                null);
    }

    void force(Path path, SimNode node) throws IOException {
        lock.lock();
        try {
            DiskFaults.Verdict verdict;
            try {
                verdict = faults.check(DiskOperation.FORCE, path);
            } catch (PowerLostException dead) {
                throw dead;
            } catch (IOException failed) {
                if (node instanceof SimFile file) {
                    file.loseDirtyPages();
                }
                throw failed;
            }
            boolean losesPower = verdict == DiskFaults.Verdict.LOSE_POWER;
            node.countForce();
            forces++;
            if (verdict == DiskFaults.Verdict.GO_ON || (losesPower && random.nextBoolean())) {
                switch (node) {
                    case SimFile file -> file.force();
                    case SimDirectory directory -> tree.forceNames(directory);
                }
            }
            if (losesPower) {
                faults.die();
                throw new PowerLostException("force " + path);
            }
        } finally {
            lock.unlock();
        }
    }

    FileLock lock(SimFileChannel channel, Path path, SimFile file, SimFileLock wanted)
            throws IOException {
        return perform(
                DiskOperation.LOOK,
                path,
                () -> {
                    List<SimFileLock> held = locks.computeIfAbsent(file, _ -> new ArrayList<>());
                    for (SimFileLock other : held) {
                        if (other.overlaps(wanted.position(), wanted.size())) {
                            throw new OverlappingFileLockException();
                        }
                    }
                    held.add(wanted);
                    return wanted;
                },
                wanted);
    }

    boolean isLockedOutside(Path path) {
        return locked(() -> lockedOutside.test(path));
    }

    void lockOutside(Predicate<Path> paths) {
        locked(() -> lockedOutside = paths);
    }

    void unlock(SimFile file, SimFileLock released) {
        locked(() -> {
            List<SimFileLock> held = locks.get(file);
            return held != null && held.remove(released);
        });
    }

    // the whole

    void setTotalBytes(long bytes) {
        locked(() -> totalBytes = bytes);
    }

    long totalBytes() {
        return locked(() -> totalBytes);
    }

    long usableBytes() {
        return locked(() -> Math.max(0, totalBytes - usedPages * SimFile.PAGE));
    }

    long usedBytes() {
        return locked(() -> usedPages * SimFile.PAGE);
    }

    void setShortWrites(boolean on) {
        locked(() -> shortWrites = on);
    }

    long forces() {
        return locked(() -> forces);
    }

    long writes() {
        return locked(() -> writes);
    }

    void syncAll() {
        locked(() -> {
            tree.forceAll();
            return null;
        });
    }

    void modified(SimNode node, long millis) {
        locked(() -> {
            node.modified(millis);
            return null;
        });
    }

    private long now() {
        return clock.wallMillis();
    }

    RandomGenerator random() {
        return random;
    }

    /** Cuts the power and makes a volume of what is left. */
    SimVolume crash(RandomGenerator chance) {
        lock.lock();
        try {
            if (crashed) {
                throw new IllegalStateException("the simulated disk " + name + " crashed before");
            }
            crashed = true;
            faults.die();
            tree.bringSomeNamesToMedium(chance);
            SimVolume after = new SimVolume(name + "'", chance.nextLong(), clock);
            after.totalBytes = totalBytes;
            after.shortWrites = shortWrites;
            after.usedPages =
                    after.tree.becomeSurvivorOf(
                            tree, chance, how -> after.survivals.merge(how, 1, Integer::sum));
            return after;
        } finally {
            lock.unlock();
        }
    }

    /** The same bytes and names, synced or not, for the next process; this one is dead. */
    SimVolume killed() {
        lock.lock();
        try {
            if (crashed) {
                throw new IllegalStateException("the simulated disk " + name + " crashed before");
            }
            crashed = true;
            faults.die();
            SimVolume after = new SimVolume(name + "'", random.nextLong(), clock);
            after.tree.become(tree);
            after.totalBytes = totalBytes;
            after.usedPages = usedPages;
            after.shortWrites = shortWrites;
            after.bootId = bootId;
            return after;
        } finally {
            lock.unlock();
        }
    }
}
