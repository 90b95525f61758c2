package mortise.tck.sim;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A path of a simulated disk, in Unix notation. The working directory is the root. Immutable. */
final class SimPath implements Path {
    private final SimFileSystem fileSystem;
    private final boolean absolute;
    private final List<String> names;

    private SimPath(SimFileSystem fileSystem, boolean absolute, List<String> names) {
        this.fileSystem = fileSystem;
        this.absolute = absolute;
        this.names = !absolute && names.isEmpty() ? List.of("") : List.copyOf(names);
    }

    static SimPath parse(SimFileSystem fileSystem, String text) {
        List<String> names = new ArrayList<>();
        for (String name : text.split("/", -1)) {
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        return new SimPath(fileSystem, text.startsWith("/"), names);
    }

    /** The path as one of this disk's. */
    static SimPath of(Path path) {
        if (path instanceof SimPath sim) {
            return sim;
        }
        throw new ProviderMismatchException(path + " does not lie on a simulated disk");
    }

    /** The names from the root down, with dots resolved. */
    List<String> fromRoot() {
        return ((SimPath) toAbsolutePath().normalize()).names;
    }

    private boolean isEmpty() {
        return !absolute && names.equals(List.of(""));
    }

    private SimPath with(boolean nowAbsolute, List<String> nowNames) {
        return new SimPath(fileSystem, nowAbsolute, nowNames);
    }

    @Override
    public SimFileSystem getFileSystem() {
        return fileSystem;
    }

    @Override
    public boolean isAbsolute() {
        return absolute;
    }

    @Override
    public @Nullable Path getRoot() {
        return absolute ? with(true, List.of()) : null;
    }

    @Override
    public @Nullable Path getFileName() {
        return names.isEmpty() ? null : with(false, List.of(names.getLast()));
    }

    @Override
    public @Nullable Path getParent() {
        if (names.size() > 1) {
            return with(absolute, names.subList(0, names.size() - 1));
        }
        return absolute && names.size() == 1 ? getRoot() : null;
    }

    @Override
    public int getNameCount() {
        return names.size();
    }

    @Override
    public Path getName(int index) {
        if (index < 0 || index >= names.size()) {
            throw new IllegalArgumentException(this + " has no name " + index);
        }
        return with(false, List.of(names.get(index)));
    }

    @Override
    public Path subpath(int beginIndex, int endIndex) {
        if (beginIndex < 0 || endIndex > names.size() || beginIndex >= endIndex) {
            throw new IllegalArgumentException(
                    this + " has no names " + beginIndex + " to " + endIndex);
        }
        return with(false, names.subList(beginIndex, endIndex));
    }

    @Override
    public boolean startsWith(Path other) {
        return other instanceof SimPath path
                && path.fileSystem == fileSystem
                && path.absolute == absolute
                && path.names.size() <= names.size()
                && (!path.isEmpty() || isEmpty())
                && names.subList(0, path.names.size()).equals(path.names);
    }

    @Override
    public boolean endsWith(Path other) {
        if (!(other instanceof SimPath path)
                || path.fileSystem != fileSystem
                || path.names.size() > names.size()) {
            return false;
        }
        if (path.absolute) {
            return equals(path);
        }
        return names.subList(names.size() - path.names.size(), names.size()).equals(path.names);
    }

    @Override
    public Path normalize() {
        List<String> result = new ArrayList<>();
        for (String name : names) {
            boolean up = name.equals("..");
            if (up && !result.isEmpty() && !result.getLast().equals("..")) {
                result.removeLast();
            } else if (!(up && absolute) && !name.equals(".") && !name.isEmpty()) {
                result.add(name);
            }
        }
        return with(absolute, result);
    }

    @Override
    public Path resolve(Path other) {
        SimPath path = of(other);
        if (path.absolute || isEmpty()) {
            return path;
        }
        if (path.isEmpty()) {
            return this;
        }
        List<String> all = new ArrayList<>(names);
        all.addAll(path.names);
        return with(absolute, all);
    }

    @Override
    public Path relativize(Path other) {
        SimPath path = of(other);
        if (path.absolute != absolute) {
            throw new IllegalArgumentException(
                    "one of " + this + " and " + other + " is absolute, the other is not");
        }
        if (isEmpty()) {
            return path;
        }
        int common = 0;
        while (common < names.size()
                && common < path.names.size()
                && names.get(common).equals(path.names.get(common))) {
            common++;
        }
        List<String> result = new ArrayList<>();
        for (int i = common; i < names.size(); i++) {
            result.add("..");
        }
        if (!path.isEmpty()) {
            result.addAll(path.names.subList(common, path.names.size()));
        }
        return with(false, result);
    }

    @Override
    public URI toUri() {
        try {
            return new URI(
                    SimFileSystemProvider.SCHEME,
                    fileSystem.name(),
                    toAbsolutePath().toString(),
                    null);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(this + " has no URI", e);
        }
    }

    @Override
    public Path toAbsolutePath() {
        return absolute ? this : with(true, isEmpty() ? List.of() : names);
    }

    @Override
    public Path toRealPath(LinkOption... options) throws java.io.IOException {
        Path real = toAbsolutePath().normalize();
        fileSystem.provider().checkAccess(real);
        return real;
    }

    @Override
    public WatchKey register(
            WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
        throw new UnsupportedOperationException("a simulated disk cannot be watched");
    }

    @Override
    public int compareTo(Path other) {
        return toString().compareTo(of(other).toString());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SimPath path
                && path.fileSystem == fileSystem
                && path.absolute == absolute
                && path.names.equals(names);
    }

    @Override
    public int hashCode() {
        return names.hashCode() * 2 + (absolute ? 1 : 0);
    }

    @Override
    public String toString() {
        return (absolute ? "/" : "") + String.join("/", names);
    }
}
