package mortise.dist.assembly;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The directory that is being laid out. Whatever is put there has one time and one of two modes, so
 * that the same inputs make the same directory; a JVM also compares the times of jars before it
 * trusts an AOT cache.
 *
 * <p>Confined to the thread that assembles.
 */
final class Tree {
    /** The time of every file and directory. */
    static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

    private static final Set<PosixFilePermission> PLAIN =
            PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> EXECUTABLE =
            PosixFilePermissions.fromString("rwxr-xr-x");

    private final Path root;

    Tree(Path root) {
        this.root = root;
    }

    Path root() {
        return root;
    }

    void write(String name, String text) {
        write(name, text.getBytes(StandardCharsets.UTF_8));
    }

    void write(String name, byte[] bytes) {
        Path target = root.resolve(name);
        try {
            Files.createDirectories(target.getParent());
            Files.write(target, bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException("writing " + target, failure);
        }
    }

    void copy(Path source, String name) {
        Path target = root.resolve(name);
        try {
            Files.createDirectories(target.getParent());
            Files.copy(source, target);
        } catch (IOException failure) {
            throw new UncheckedIOException("copying " + source + " to " + target, failure);
        }
    }

    /** Copies all files below a directory but the one that is directly in it under a name. */
    void copyFolder(Path source, String name, String except) {
        Path left = source.resolve(except);
        for (Path path : paths(source)) {
            if (Files.isRegularFile(path) && !path.equals(left)) {
                copy(path, name + "/" + relative(source, path));
            }
        }
    }

    /** Gives everything its time and mode; to be called when nothing is written any more. */
    void settle() {
        try {
            for (Path path : paths(root).reversed()) {
                settle(path);
            }
            settle(root);
        } catch (IOException failure) {
            throw new UncheckedIOException("setting times below " + root, failure);
        }
    }

    private static void settle(Path path) throws IOException {
        if (Files.isSymbolicLink(path)) {
            return;
        }
        boolean executable = Files.isDirectory(path) || Files.isExecutable(path);
        Files.setPosixFilePermissions(path, executable ? EXECUTABLE : PLAIN);
        Files.setLastModifiedTime(path, FileTime.from(TIME));
    }

    void makeExecutable(String name) {
        Path path = root.resolve(name);
        try {
            Files.setPosixFilePermissions(path, EXECUTABLE);
        } catch (IOException failure) {
            throw new UncheckedIOException("making " + path + " executable", failure);
        }
    }

    /** Everything below a directory, in the order of names; a directory before what it holds. */
    static List<Path> paths(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(path -> !path.equals(directory))
                    .sorted(Comparator.comparing(path -> relative(directory, path)))
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException("listing " + directory, failure);
        }
    }

    /** The name of a path below a directory, with slashes. */
    static String relative(Path directory, Path path) {
        return directory.relativize(path).toString().replace('\\', '/');
    }

    /** Removes a directory and all that it holds. */
    static void remove(Path directory) {
        try {
            for (Path path : paths(directory).reversed()) {
                Files.deleteIfExists(path);
            }
            Files.deleteIfExists(directory);
        } catch (IOException failure) {
            throw new UncheckedIOException("removing " + directory, failure);
        }
    }

    static boolean isFile(Path path) {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || Files.isSymbolicLink(path);
    }
}
