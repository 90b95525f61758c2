package mortise.tck.sim;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The operations of {@link Files} on one simulated disk. Thread-safe. */
final class SimFileSystemProvider extends FileSystemProvider {
    static final String SCHEME = "mortise-sim";

    private static final Set<OpenOption> KNOWN_OPTIONS = Set.of(StandardOpenOption.values());

    private final SimFileSystem fileSystem;
    private final SimVolume volume;

    SimFileSystemProvider(SimFileSystem fileSystem, SimVolume volume) {
        this.fileSystem = fileSystem;
        this.volume = volume;
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
        throw new UnsupportedOperationException("simulated disks are made with SimDisk.create");
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        return fileSystem;
    }

    @Override
    public Path getPath(URI uri) {
        return fileSystem.getPath(uri.getPath());
    }

    @Override
    public FileChannel newFileChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        return open(SimPath.of(path), options);
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        return open(SimPath.of(path), options);
    }

    private SimFileChannel open(SimPath path, Set<? extends OpenOption> options)
            throws IOException {
        for (OpenOption option : options) {
            if (!KNOWN_OPTIONS.contains(option)) {
                throw new UnsupportedOperationException(
                        "a simulated disk does not open files with " + option);
            }
        }
        boolean append = options.contains(StandardOpenOption.APPEND);
        boolean write = append || options.contains(StandardOpenOption.WRITE);
        boolean read = !write || options.contains(StandardOpenOption.READ);
        boolean truncate = options.contains(StandardOpenOption.TRUNCATE_EXISTING);
        if (append && (truncate || options.contains(StandardOpenOption.READ))) {
            throw new IllegalArgumentException(
                    "APPEND goes neither with READ nor with TRUNCATE_EXISTING");
        }
        SimVolume.Opened opened =
                volume.open(
                        path,
                        options.contains(StandardOpenOption.CREATE),
                        write && options.contains(StandardOpenOption.CREATE_NEW),
                        write,
                        truncate);
        return new SimFileChannel(
                volume,
                path,
                opened.node(),
                new SimFileChannel.Access(
                        read,
                        write,
                        append,
                        options.contains(StandardOpenOption.SYNC)
                                || options.contains(StandardOpenOption.DSYNC),
                        options.contains(StandardOpenOption.DELETE_ON_CLOSE)));
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
            Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
        List<Path> accepted = new ArrayList<>();
        for (String entry : volume.list(SimPath.of(directory))) {
            Path path = directory.resolve(entry);
            if (filter.accept(path)) {
                accepted.add(path);
            }
        }
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                return List.copyOf(accepted).iterator();
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
        volume.createDirectory(SimPath.of(directory));
    }

    @Override
    public void delete(Path path) throws IOException {
        volume.delete(SimPath.of(path));
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
        boolean replace = List.of(options).contains(StandardCopyOption.REPLACE_EXISTING);
        if (Files.exists(target) && !replace) {
            throw new FileAlreadyExistsException(target.toString());
        }
        if (Files.isDirectory(source)) {
            Files.deleteIfExists(target);
            createDirectory(target);
            return;
        }
        try (FileChannel from = FileChannel.open(source);
                FileChannel to =
                        FileChannel.open(
                                target,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE)) {
            to.transferFrom(from, 0, from.size());
        }
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        List<CopyOption> given = List.of(options);
        volume.rename(
                SimPath.of(source),
                SimPath.of(target),
                given.contains(StandardCopyOption.ATOMIC_MOVE),
                given.contains(StandardCopyOption.REPLACE_EXISTING));
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
        return one.equals(other)
                || (other instanceof SimPath path
                        && path.getFileSystem() == fileSystem
                        && volume.look(SimPath.of(one)).id() == volume.look(path).id());
    }

    @Override
    public boolean isHidden(Path path) {
        Path name = path.getFileName();
        return name != null && name.toString().startsWith(".");
    }

    @Override
    public FileStore getFileStore(Path path) {
        return fileSystem.store();
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        volume.look(SimPath.of(path));
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
            Path path, Class<A> type, LinkOption... options) throws IOException {
        if (type != BasicFileAttributes.class) {
            throw new UnsupportedOperationException(
                    "a simulated disk has basic attributes, not " + type.getSimpleName());
        }
        SimNode node = volume.look(SimPath.of(path));
        return type.cast(volume.locked(() -> SimAttributes.of(node)));
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
            throws IOException {
        BasicFileAttributes all = readAttributes(path, BasicFileAttributes.class);
        Map<String, Object> known = new LinkedHashMap<>();
        known.put("size", all.size());
        known.put("lastModifiedTime", all.lastModifiedTime());
        known.put("lastAccessTime", all.lastAccessTime());
        known.put("creationTime", all.creationTime());
        known.put("isDirectory", all.isDirectory());
        known.put("isRegularFile", all.isRegularFile());
        known.put("isSymbolicLink", all.isSymbolicLink());
        known.put("isOther", all.isOther());
        known.put("fileKey", all.fileKey());
        String wanted = names.startsWith("basic:") ? names.substring("basic:".length()) : names;
        if (!wanted.equals("*")) {
            List<String> asked = List.of(wanted.split(",", -1));
            if (!known.keySet().containsAll(asked)) {
                throw new IllegalArgumentException("of " + names + " some are no basic attributes");
            }
            known.keySet().retainAll(asked);
        }
        return known;
    }

    @Override
    public <V extends FileAttributeView> @Nullable V getFileAttributeView(
            Path path, Class<V> type, LinkOption... options) {
        return type == BasicFileAttributeView.class
                ? type.cast(new AttributeView(SimPath.of(path)))
                : null;
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options)
            throws IOException {
        if (!(value instanceof FileTime time) || !attribute.endsWith("lastModifiedTime")) {
            throw new UnsupportedOperationException(
                    "of a simulated file only lastModifiedTime can be set, not " + attribute);
        }
        new AttributeView(SimPath.of(path)).setTimes(time, null, null);
    }

    /** Basic attributes of one path. */
    private final class AttributeView implements BasicFileAttributeView {
        private final SimPath path;

        AttributeView(SimPath path) {
            this.path = path;
        }

        @Override
        public String name() {
            return "basic";
        }

        @Override
        public BasicFileAttributes readAttributes() throws IOException {
            return SimFileSystemProvider.this.readAttributes(path, BasicFileAttributes.class);
        }

        @Override
        public void setTimes(
                @Nullable FileTime modified, @Nullable FileTime accessed, @Nullable FileTime made)
                throws IOException {
            SimNode node = volume.look(path);
            if (modified != null) {
                volume.modified(node, modified.toMillis());
            }
        }
    }

    SimNode require(Path path) throws NoSuchFileException {
        SimNode node = volume.locked(() -> volume.find(SimPath.of(path).fromRoot()));
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        return node;
    }
}
