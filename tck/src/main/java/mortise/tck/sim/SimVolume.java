package mortise.tck.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import org.jspecify.annotations.Nullable;

/**
 * What a simulated disk holds: the tree of names, the changes of names that the medium does not
 * have yet, the files, the space. Every method takes the one lock; thread-safe.
 */
final class SimVolume {
    private final ReentrantLock lock = new ReentrantLock();
    private final DiskFaults faults = new DiskFaults(lock);
    private final String name;
    private final Clock clock;
    private final long seed;
    private final SplittableRandom random;
    private final List<NameChange> pending = new ArrayList<>();
    private final Map<SimFile, List<SimFileLock>> locks = new HashMap<>();
    private SimDirectory root;
    private Predicate<Path> lockedOutside = path -> false;
    private long nextId = 1;
    private long totalBytes = Long.MAX_VALUE / 2;
    private long usedPages;
    private boolean shortWrites;
    private boolean crashed;
    private long forces;
    private long writes;

    SimVolume(String name, long seed, Clock clock) {
        this.name = name;
        this.seed = seed;
        this.clock = clock;
        this.random = new SplittableRandom(seed);
        this.root = new SimDirectory(0, clock.wallMillis());
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
        return perform(DiskOperation.LOOK, path, () -> require(path), root);
    }

    @Nullable SimNode find(List<String> names) {
        SimNode node = root;
        for (String next : names) {
            if (!(node instanceof SimDirectory directory)) {
                return null;
            }
            node = directory.entries().get(next);
            if (node == null) {
                return null;
            }
        }
        return node;
    }

    private SimNode require(SimPath path) throws IOException {
        List<String> names = path.fromRoot();
        SimNode node = find(names);
        if (node == null) {
            parentOf(path);
            throw new NoSuchFileException(path.toString());
        }
        return node;
    }

    private SimDirectory parentOf(SimPath path) throws IOException {
        List<String> names = path.fromRoot();
        if (names.isEmpty()) {
            throw new FileSystemException(path.toString(), null, "Is the root directory");
        }
        SimNode node = root;
        for (String next : names.subList(0, names.size() - 1)) {
            if (!(node instanceof SimDirectory directory)) {
                throw new FileSystemException(path.toString(), null, "Not a directory");
            }
            node = directory.entries().get(next);
            if (node == null) {
                throw new NoSuchFileException(path.toString());
            }
        }
        if (node instanceof SimDirectory directory) {
            return directory;
        }
        throw new FileSystemException(path.toString(), null, "Not a directory");
    }

    private static String lastName(SimPath path) {
        return path.fromRoot().getLast();
    }

    List<String> list(SimPath path) throws IOException {
        return perform(
                DiskOperation.LOOK,
                path,
                () -> {
                    if (!(require(path) instanceof SimDirectory directory)) {
                        throw new NotDirectoryException(path.toString());
                    }
                    // a file system promises no order; this one has an odd one per disk
                    return directory.entries().keySet().stream()
                            .sorted(
                                    Comparator.comparingLong((String entry) ->
                                                    SplitMix.of(seed ^ entry.hashCode()))
                                            .thenComparing(Comparator.naturalOrder()))
                            .toList();
                },
                List.of());
    }

    void createDirectory(SimPath path) throws IOException {
        perform(
                DiskOperation.CREATE,
                path,
                () -> {
                    if (path.fromRoot().isEmpty()
                            || parentOf(path).entries().containsKey(lastName(path))) {
                        throw new FileAlreadyExistsException(path.toString());
                    }
                    link(parentOf(path), lastName(path), new SimDirectory(nextId++, now()));
                    return null;
                },
                null);
    }

    private void link(SimDirectory directory, String entry, SimNode node) {
        directory.entries().put(entry, node);
        directory.modified(now());
        pending.add(new NameChange.Link(directory, entry, node));
    }

    void delete(SimPath path) throws IOException {
        perform(
                DiskOperation.DELETE,
                path,
                () -> {
                    SimNode node = require(path);
                    SimDirectory parent = parentOf(path);
                    requireEmpty(node, path);
                    parent.entries().remove(lastName(path));
                    parent.modified(now());
                    pending.add(new NameChange.Unlink(parent, lastName(path), node));
                    unlinked(node);
                    return null;
                },
                null);
    }

    private static void requireEmpty(SimNode node, SimPath path) throws DirectoryNotEmptyException {
        if (node instanceof SimDirectory directory && !directory.entries().isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
    }

    private void unlinked(SimNode node) {
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
                    renameNow(from, to, atomic, replace);
                    return null;
                },
                null);
    }

    private void renameNow(SimPath from, SimPath to, boolean atomic, boolean replace)
            throws IOException {
        SimNode replaced = find(to.fromRoot());
        if (!atomic) {
            requireMovable(from, replaced, to, replace);
        }
        SimDirectory source = parentOf(from);
        SimDirectory target = parentOf(to);
        SimNode node = require(from);
        if (replaced == node) {
            return;
        }
        requireOutside(from, to);
        if (replaced != null) {
            requireReplaceable(node, replaced, from, to);
            unlinked(replaced);
        }
        source.entries().remove(lastName(from));
        target.entries().put(lastName(to), node);
        source.modified(now());
        target.modified(now());
        pending.add(new NameChange.Rename(source, lastName(from), target, lastName(to), node));
    }

    private void requireMovable(
            SimPath from, @Nullable SimNode replaced, SimPath to, boolean replace)
            throws IOException {
        SimNode node = find(from.fromRoot());
        if (node == null) {
            throw new NoSuchFileException(from.toString());
        }
        if (replaced == null || replaced == node) {
            return;
        }
        if (!replace) {
            throw new FileAlreadyExistsException(to.toString());
        }
        requireEmpty(replaced, to);
    }

    private static void requireOutside(SimPath from, SimPath to) throws IOException {
        if (to.toAbsolutePath().normalize().startsWith(from.toAbsolutePath().normalize())) {
            throw new FileSystemException(
                    from.toString(), to.toString(), "Invalid argument: target is inside source");
        }
    }

    private static void requireReplaceable(SimNode node, SimNode replaced, SimPath from, SimPath to)
            throws IOException {
        String reason =
                switch (replaced) {
                    case SimFile _ -> node instanceof SimFile ? "" : "Not a directory";
                    case SimDirectory directory when !directory.entries().isEmpty() ->
                            "Directory not empty";
                    case SimDirectory _ -> node instanceof SimDirectory ? "" : "Is a directory";
                };
        if (!reason.isEmpty()) {
            throw new FileSystemException(from.toString(), to.toString(), reason);
        }
    }

    // files

    /** Opens what is there, or makes a new file if that is wanted. */
    Opened open(SimPath path, boolean create, boolean createNew, boolean write, boolean truncate)
            throws IOException {
        SimNode there = locked(() -> find(path.fromRoot()));
        if (there != null && createNew) {
            throw new FileAlreadyExistsException(path.toString());
        }
        if (there != null) {
            Opened opened =
                    perform(
                            DiskOperation.OPEN,
                            path,
                            () -> opened(require(path), write, path, false),
                            new Opened(there, false));
            if (truncate && write && opened.node() instanceof SimFile file && file.size() > 0) {
                truncate(path, file, 0);
            }
            return opened;
        }
        if (!write || !(create || createNew)) {
            perform(DiskOperation.LOOK, path, () -> require(path), root);
            throw new NoSuchFileException(path.toString());
        }
        return perform(
                DiskOperation.CREATE,
                path,
                () -> {
                    SimDirectory parent = parentOf(path);
                    SimFile file = new SimFile(nextId++, now());
                    link(parent, lastName(path), file);
                    return opened(file, true, path, true);
                },
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
                    case SimDirectory directory -> forceNames(directory);
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

    /** Brings a directory's changes to the medium, and earlier ones that they rest on. */
    private void forceNames(SimDirectory directory) {
        List<NameChange> chosen = new ArrayList<>();
        List<SimNode> nodes = new ArrayList<>();
        for (int i = pending.size() - 1; i >= 0; i--) {
            NameChange change = pending.get(i);
            if (change.touches(directory) || nodes.contains(change.node())) {
                nodes.add(change.node());
                chosen.add(change);
            }
        }
        for (NameChange change : chosen.reversed()) {
            change.reachMedium();
        }
        pending.removeAll(chosen);
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
            pending.forEach(NameChange::reachMedium);
            pending.clear();
            forceFiles(root);
            return null;
        });
    }

    private static void forceFiles(SimDirectory directory) {
        for (SimNode node : directory.entries().values()) {
            switch (node) {
                case SimFile file -> file.force();
                case SimDirectory inner -> forceFiles(inner);
            }
        }
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
            bringSomeNamesToMedium(chance);
            SimVolume after = new SimVolume(name + "'", chance.nextLong(), clock);
            after.totalBytes = totalBytes;
            after.shortWrites = shortWrites;
            after.root = after.survivorOf(root, chance);
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
            after.root = root;
            after.pending.addAll(pending);
            after.nextId = nextId;
            after.totalBytes = totalBytes;
            after.usedPages = usedPages;
            after.shortWrites = shortWrites;
            return after;
        } finally {
            lock.unlock();
        }
    }

    private void bringSomeNamesToMedium(RandomGenerator chance) {
        int mode = chance.nextInt(4);
        int prefix = mode == 2 ? chance.nextInt(pending.size() + 1) : 0;
        Iterator<NameChange> changes = pending.iterator();
        for (int i = 0; changes.hasNext(); i++) {
            NameChange change = changes.next();
            boolean survives =
                    switch (mode) {
                        case 0 -> false;
                        case 1 -> true;
                        case 2 -> i < prefix;
                        default -> chance.nextBoolean();
                    };
            if (survives) {
                change.reachMedium();
            }
        }
    }

    private SimDirectory survivorOf(SimDirectory before, RandomGenerator chance) {
        SimDirectory after = new SimDirectory(nextId++, before.modifiedMillis());
        before.onMedium()
                .forEach((entry, node) -> {
                    SimNode survivor =
                            switch (node) {
                                case SimFile file -> survivorOf(file, chance);
                                case SimDirectory inner -> survivorOf(inner, chance);
                            };
                    after.entries().put(entry, survivor);
                    after.onMedium().put(entry, survivor);
                });
        return after;
    }

    private SimFile survivorOf(SimFile before, RandomGenerator chance) {
        SimFile after = before.survivor(nextId++, chance);
        usedPages += after.allocatedPages();
        return after;
    }
}
