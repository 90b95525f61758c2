package mortise.tck.sim;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * A disk in memory with a {@code java.nio.file} file system on it, that can lose, tear and corrupt
 * what was not synced. Thread-safe; deterministic as long as one thread uses it.
 *
 * <p><b>What survives a {@linkplain #crash crash}.</b> Bytes of a file that were forced through a
 * channel, exactly. Of the bytes written since: none, all, a beginning torn at a sector, or any
 * mixture of pages or sectors; a page written several times may survive as it was in between. A
 * file's size and its truncations are recorded apart from its bytes, so an unsynced file may be
 * longer than what survives of it (it then holds zeros), and bytes that an unsynced truncation had
 * cut may be back, under bytes written later. A new, renamed or deleted name survives if its
 * directory was forced afterwards, through a channel opened for reading on it, and else by chance;
 * a rename is seen whole or not at all. Forcing a file does not make its name durable.
 *
 * <p><b>What survives a {@linkplain #kill kill}.</b> Everything, as on a machine that goes on. What
 * tells the two apart is there too, as on Linux: {@code /proc/sys/kernel/random/boot_id} can be
 * read and says another ID after a crash; no directory lists it.
 *
 * <p>Memory mapping, links, permissions, watching and asynchronous channels are refused.
 */
public final class SimDisk {
    private final SimVolume volume;
    private final SimFileSystem fileSystem;
    private final SimClock clock;

    private SimDisk(SimVolume volume, SimClock clock) {
        this.volume = volume;
        this.fileSystem = new SimFileSystem(volume);
        this.clock = clock;
    }

    /** An empty disk with a clock of its own. */
    public static SimDisk create(long seed) {
        return create(seed, new SimClock());
    }

    /** An empty disk whose file times come from this clock. */
    public static SimDisk create(long seed, SimClock clock) {
        return new SimDisk(new SimVolume("disk-" + seed, seed, clock), clock);
    }

    /** The file system on it. */
    public FileSystem fileSystem() {
        return fileSystem;
    }

    /** The root directory, {@code /}. */
    public Path root() {
        return fileSystem.getPath("/");
    }

    /** The clock of its file times. */
    public SimClock clock() {
        return clock;
    }

    // space

    /** Sets the size of the volume; writes beyond it fail with "No space left on device". */
    public SimDisk limit(long totalBytes) {
        volume.setTotalBytes(totalBytes);
        return this;
    }

    /** Bytes that can still be written, in whole pages. */
    public long usableBytes() {
        return volume.usableBytes();
    }

    /** Bytes that files take, in whole pages. */
    public long usedBytes() {
        return volume.usedBytes();
    }

    // losing power

    /** Cuts the power now, with this disk's own randomness; see {@link #crash(RandomGenerator)}. */
    public SimDisk crash() {
        return crash(volume.random());
    }

    /**
     * Cuts the power now. Everything that is open or opened on this disk throws from here on.
     *
     * @param random decides about what was not synced
     * @return a disk that holds what survived, synced
     * @throws IllegalStateException if it crashed before
     */
    public SimDisk crash(RandomGenerator random) {
        return new SimDisk(volume.crash(random), clock);
    }

    /**
     * What the crash that this disk is left of did to what was written and not forced: how many
     * runs of bytes were lost, whole, torn, or left in parts, by a word for each.
     */
    public Map<String, Integer> survivals() {
        Map<String, Integer> counts = new TreeMap<>();
        volume.locked(() -> {
            volume.survivals()
                    .forEach(
                            (how, count) -> counts.put(how.name().toLowerCase(Locale.ROOT), count));
            return null;
        });
        return counts;
    }

    /**
     * Ends the processes that use the disk, and not the machine: everything that is open on this
     * disk throws from here on.
     *
     * @return a disk that holds all that was written, of which no more is synced than before
     * @throws IllegalStateException if it crashed before
     */
    public SimDisk kill() {
        return new SimDisk(volume.killed(), clock);
    }

    /**
     * Cuts the power during a change to come: that one (a write, truncation, force, creation,
     * deletion or rename) is done, half done or not done, and throws, as everything after it does.
     *
     * @param changes how many changes go well before it
     */
    public SimDisk cutPowerAfter(long changes) {
        volume.locked(() -> {
            volume.faults().cutPowerAfter(changes);
            return null;
        });
        return this;
    }

    /** Whether the power is gone. */
    public boolean lostPower() {
        return volume.locked(volume.faults()::dead);
    }

    /** Brings everything to the medium, names and bytes. */
    public void syncAll() {
        volume.syncAll();
    }

    // faults

    /** Makes operations on paths fail, each with an exception of the given one's message. */
    public Fault fail(Set<DiskOperation> operations, Predicate<Path> paths, IOException failure) {
        return add(DiskFaults.Effect.FAIL, operations, paths, failure);
    }

    /** Makes writes fail. */
    public Fault failWrites(Predicate<Path> paths, IOException failure) {
        return fail(EnumSet.of(DiskOperation.WRITE), paths, failure);
    }

    /** Makes reads fail. */
    public Fault failReads(Predicate<Path> paths, IOException failure) {
        return fail(EnumSet.of(DiskOperation.READ), paths, failure);
    }

    /**
     * Makes forces fail. As on Linux, the bytes then count as written back although they are not,
     * and a later force that succeeds does not bring them to the medium.
     */
    public Fault failForces(Predicate<Path> paths, IOException failure) {
        return fail(EnumSet.of(DiskOperation.FORCE), paths, failure);
    }

    /** Makes forces succeed and do nothing, as a disk with a lying cache or a forgetful store. */
    public Fault ignoreForces(Predicate<Path> paths) {
        return add(DiskFaults.Effect.PRETEND, EnumSet.of(DiskOperation.FORCE), paths, null);
    }

    /** Makes operations wait until the fault is healed, or the power is cut. */
    public Fault freeze(Set<DiskOperation> operations, Predicate<Path> paths) {
        return add(DiskFaults.Effect.WAIT, operations, paths, null);
    }

    /**
     * Makes operations by the calling thread throw {@link AssertionError}, to show that a method
     * keeps away from the disk.
     */
    public Fault forbidHere(Set<DiskOperation> operations) {
        return volume.locked(() ->
                volume.faults()
                        .add(
                                DiskFaults.Effect.FORBID,
                                operations,
                                path -> true,
                                null,
                                Thread.currentThread()));
    }

    /**
     * Runs an action before each operation, on the thread that makes it: to count operations, or to
     * let a simulated clock {@linkplain SimClock#pass go on} as with a slow disk. The action must
     * not use the disk.
     */
    public Fault beforeEach(Set<DiskOperation> operations, Predicate<Path> paths, Runnable action) {
        return volume.locked(() -> volume.faults().watch(operations, paths, action));
    }

    private Fault add(
            DiskFaults.Effect effect,
            Set<DiskOperation> operations,
            Predicate<Path> paths,
            @org.jspecify.annotations.Nullable IOException failure) {
        return volume.locked(() -> volume.faults().add(effect, operations, paths, failure, null));
    }

    /** Lets writes take fewer bytes than they were given, now and then. */
    public SimDisk shortWrites(boolean on) {
        volume.setShortWrites(on);
        return this;
    }

    /** Makes other processes hold locks on these files: {@code tryLock} gives null. */
    public SimDisk lockedByAnotherProcess(Predicate<Path> paths) {
        volume.lockOutside(paths);
        return this;
    }

    /** Turns one bit of a file over, in the cache and on the medium. */
    public void flipBit(Path path, long position, int bit) throws IOException {
        SimFile file = file(path);
        volume.locked(() -> {
            if (position < 0 || position >= file.size() || bit < 0 || bit > 7) {
                throw new IllegalArgumentException(
                        path
                                + " has "
                                + file.size()
                                + " bytes and no bit "
                                + bit
                                + " at "
                                + position);
            }
            file.flipBit(position, bit);
            return null;
        });
    }

    // what happened

    /** How many forces the disk has seen, of files and directories. */
    public long forces() {
        return volume.forces();
    }

    /** How many writes the disk has seen. */
    public long writes() {
        return volume.writes();
    }

    /** How many forces a file or directory has seen. */
    public long forces(Path path) throws IOException {
        SimNode node = fileSystem.provider().require(path);
        return volume.locked(node::forces);
    }

    /** How many writes a file has seen. */
    public long writes(Path path) throws IOException {
        SimFile file = file(path);
        return volume.locked(file::writes);
    }

    /** How many bytes were written to a file, again and again counted. */
    public long bytesWritten(Path path) throws IOException {
        SimFile file = file(path);
        return volume.locked(file::bytesWritten);
    }

    private SimFile file(Path path) throws IOException {
        if (fileSystem.provider().require(path) instanceof SimFile file) {
            return file;
        }
        throw new NoSuchFileException(path.toString(), null, "is a directory, a file is wanted");
    }

    @Override
    public String toString() {
        return volume.name();
    }
}
