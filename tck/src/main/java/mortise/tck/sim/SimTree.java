package mortise.tck.sim;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import org.jspecify.annotations.Nullable;

/**
 * The names of a simulated disk: the tree that a process sees, and the changes of it that the
 * medium does not have yet. Confined to the disk's lock.
 */
final class SimTree {
    private final long seed;
    private final Clock clock;
    private final List<NameChange> pending = new ArrayList<>();
    private SimDirectory root;
    private long nextId = 1;

    /**
     * @param seed the order in which directories are listed depends on it
     */
    SimTree(long seed, Clock clock) {
        this.seed = seed;
        this.clock = clock;
        this.root = new SimDirectory(0, clock.wallMillis());
    }

    private long now() {
        return clock.wallMillis();
    }

    // looking

    SimDirectory root() {
        return root;
    }

    /** What has a name, or null. */
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

    /** What has a name. */
    SimNode require(SimPath path) throws IOException {
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
        if (!(require(path) instanceof SimDirectory directory)) {
            throw new NotDirectoryException(path.toString());
        }
        // a file system promises no order; this one has an odd one per disk
        return directory.entries().keySet().stream()
                .sorted(
                        Comparator.comparingLong(
                                        (String entry) -> SplitMix.of(seed ^ entry.hashCode()))
                                .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    // changing

    void createDirectory(SimPath path) throws IOException {
        if (path.fromRoot().isEmpty() || parentOf(path).entries().containsKey(lastName(path))) {
            throw new FileAlreadyExistsException(path.toString());
        }
        link(parentOf(path), lastName(path), new SimDirectory(nextId++, now()));
    }

    SimFile createFile(SimPath path) throws IOException {
        SimDirectory parent = parentOf(path);
        SimFile file = new SimFile(nextId++, now());
        link(parent, lastName(path), file);
        return file;
    }

    private void link(SimDirectory directory, String entry, SimNode node) {
        directory.entries().put(entry, node);
        directory.modified(now());
        pending.add(new NameChange.Link(directory, entry, node));
    }

    /** Takes a name away; gives what had it. */
    SimNode remove(SimPath path) throws IOException {
        SimNode node = require(path);
        SimDirectory parent = parentOf(path);
        requireEmpty(node, path);
        parent.entries().remove(lastName(path));
        parent.modified(now());
        pending.add(new NameChange.Unlink(parent, lastName(path), node));
        return node;
    }

    private static void requireEmpty(SimNode node, SimPath path) throws DirectoryNotEmptyException {
        if (node instanceof SimDirectory directory && !directory.entries().isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
    }

    /**
     * Gives a node another name.
     *
     * @param atomic whether to do as {@code rename(2)} does, replacing what has the name
     * @param replace whether to replace what has the name, if not atomic
     * @return what had the name before, if it was replaced
     */
    @Nullable SimNode rename(SimPath from, SimPath to, boolean atomic, boolean replace)
            throws IOException {
        SimNode replaced = find(to.fromRoot());
        if (!atomic) {
            requireMovable(from, replaced, to, replace);
        }
        SimDirectory source = parentOf(from);
        SimDirectory target = parentOf(to);
        SimNode node = require(from);
        if (replaced == node) {
            return null;
        }
        requireOutside(from, to);
        if (replaced != null) {
            requireReplaceable(node, replaced, from, to);
        }
        source.entries().remove(lastName(from));
        target.entries().put(lastName(to), node);
        source.modified(now());
        target.modified(now());
        pending.add(new NameChange.Rename(source, lastName(from), target, lastName(to), node));
        return replaced;
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

    // reaching the medium

    /** Brings everything to the medium, names and bytes. */
    void forceAll() {
        pending.forEach(NameChange::reachMedium);
        pending.clear();
        forceFiles(root);
    }

    private static void forceFiles(SimDirectory directory) {
        for (SimNode node : directory.entries().values()) {
            switch (node) {
                case SimFile file -> file.force();
                case SimDirectory inner -> forceFiles(inner);
            }
        }
    }

    /** Brings a directory's changes to the medium, and earlier ones that they rest on. */
    void forceNames(SimDirectory directory) {
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

    /** Lets some of the changes reach the medium that nobody forced, as the power goes. */
    void bringSomeNamesToMedium(RandomGenerator chance) {
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

    /**
     * Becomes what a crash leaves of another tree.
     *
     * @param met hears how each run of bytes outlives it that was written and not forced
     * @return how many pages the files take
     */
    long becomeSurvivorOf(SimTree before, RandomGenerator chance, Consumer<Survival> met) {
        root = new SimDirectory(nextId++, before.root.modifiedMillis());
        return survive(before.root, root, chance, met);
    }

    private long survive(
            SimDirectory before,
            SimDirectory after,
            RandomGenerator chance,
            Consumer<Survival> met) {
        long pages = 0;
        for (Map.Entry<String, SimNode> named : before.onMedium().entrySet()) {
            SimNode survivor;
            switch (named.getValue()) {
                case SimFile file -> {
                    SimFile left = file.survivor(nextId++, chance, met);
                    pages += left.allocatedPages();
                    survivor = left;
                }
                case SimDirectory inner -> {
                    SimDirectory left = new SimDirectory(nextId++, inner.modifiedMillis());
                    pages += survive(inner, left, chance, met);
                    survivor = left;
                }
            }
            after.entries().put(named.getKey(), survivor);
            after.onMedium().put(named.getKey(), survivor);
        }
        return pages;
    }

    /** Becomes another tree as it is, for a process that follows a killed one. */
    void become(SimTree before) {
        root = before.root;
        pending.addAll(before.pending);
        nextId = before.nextId;
    }
}
