package mortise.broker.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import mortise.api.TopicId;
import mortise.spi.DirectoryLock;

/**
 * The directory that holds everything a broker keeps, and the proof that it is this broker's.
 *
 * <p>{@code mortise.properties} says the format, the cluster and the node; {@code mortise.assembly}
 * the plugins that keep it ({@link DirectoryRecord}); {@code .lock} is held while the broker runs;
 * each kind of plugin has a subdirectory of its own. An empty or missing directory is formatted;
 * one with foreign content is refused and left as it is.
 */
public final class DataDirectory implements AutoCloseable {
    /** The file that makes a directory a broker's. */
    public static final String IDENTITY = "mortise.properties";

    private static final int FORMAT = 1;
    private static final String LOCK = ".lock";

    private final Path path;
    private final DirectoryLock lock;
    private final String clusterId;
    private final boolean formatted;

    private DataDirectory(Path path, DirectoryLock lock, String clusterId, boolean formatted) {
        this.path = path;
        this.lock = lock;
        this.clusterId = clusterId;
        this.formatted = formatted;
    }

    /**
     * Takes hold of a directory for a node, formatting it if it is empty.
     *
     * @throws RefusedDirectoryException if it is foreign, in use, or another node's
     */
    public static DataDirectory open(Path path, int nodeId, RandomGenerator random) {
        try {
            checkForeign(path);
            Files.createDirectories(path);
            DirectoryLock lock = lock(path);
            try {
                Path identity = path.resolve(IDENTITY);
                boolean fresh = !Files.exists(identity);
                if (fresh) {
                    format(path, nodeId, TopicId.random(random).toString());
                }
                return new DataDirectory(path, lock, verified(identity, nodeId), fresh);
            } catch (IOException | RuntimeException failure) {
                lock.close();
                throw failure;
            }
        } catch (IOException failure) {
            throw cannotBeUsed(path, failure);
        }
    }

    private static RefusedDirectoryException cannotBeUsed(Path path, IOException failure) {
        return new RefusedDirectoryException(
                "data directory "
                        + path
                        + " cannot be used: "
                        + reason(failure)
                        + ", or name another with --data",
                failure);
    }

    private static String reason(IOException failure) {
        return switch (failure) {
            case AccessDeniedException forbidden ->
                    forbidden.getFile()
                            + ": permission denied; make it a directory that this user may write";
            case NoSuchFileException missing ->
                    missing.getFile()
                            + " cannot be made; make it a directory that this user may write";
            case IOException full when String.valueOf(full.getMessage()).contains("No space") ->
                    full.getMessage() + "; free some space";
            case FileSystemException other when other.getReason() != null ->
                    other.getFile()
                            + ": "
                            + other.getReason()
                            + "; make it one that can be written";
            case IOException other ->
                    other.getMessage() + "; make it a directory that this user may write";
        };
    }

    /**
     * Looks at a directory that is to be formatted later; changes nothing.
     *
     * @throws RefusedDirectoryException if it has foreign content
     */
    public static void refuseForeign(Path path) {
        try {
            checkForeign(path);
        } catch (IOException failure) {
            throw cannotBeUsed(path, failure);
        }
    }

    private static void checkForeign(Path path) throws IOException {
        if (!Files.exists(path) || Files.exists(path.resolve(IDENTITY))) {
            return;
        }
        if (!Files.isDirectory(path)) {
            throw new RefusedDirectoryException(
                    "data directory " + path + " is a file; name a directory with --data");
        }
        if (Files.exists(path.resolve("meta.properties"))) {
            throw new RefusedDirectoryException(
                    "data directory "
                            + path
                            + " was written by Apache Kafka (it has a meta.properties); it was left as it is;"
                            + " import it into an empty directory with 'mortise log import --from "
                            + path
                            + " --data DIR', and start with that");
        }
        Optional<Path> first = firstForeign(path);
        if (first.isPresent()) {
            throw new RefusedDirectoryException(
                    "data directory "
                            + path
                            + " is not empty and not Mortise's (it has "
                            + first.get().getFileName()
                            + " but no "
                            + IDENTITY
                            + "); it was left as it is; name an empty directory with --data");
        }
    }

    private static Optional<Path> firstForeign(Path path) throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            // a crash while formatting leaves the lock and the unfinished identity behind
            return entries.filter(
                            entry -> {
                                String name = String.valueOf(entry.getFileName());
                                return !name.equals(LOCK)
                                        && !name.equals(IDENTITY + DurableFile.UNFINISHED)
                                        && !name.equals("lost+found");
                            })
                    .sorted()
                    .findFirst();
        }
    }

    private static DirectoryLock lock(Path path) throws IOException {
        String self = "pid " + ProcessHandle.current().pid();
        try {
            return DirectoryLock.take(path, LOCK, self + "\n");
        } catch (DirectoryLock.HeldException held) {
            if (held.inThisProcess()) {
                throw inUse(path, " in this process (" + self + ")");
            }
            throw inUse(path, held.holder().isEmpty() ? "" : " (" + held.holder() + ")");
        }
    }

    private static RefusedDirectoryException inUse(Path path, String holder) {
        return new RefusedDirectoryException(
                "data directory "
                        + path
                        + " is in use by another broker"
                        + holder
                        + "; stop that one, or name another directory with --data");
    }

    private static void format(Path path, int nodeId, String clusterId) throws IOException {
        String content =
                "# Identity of a Mortise data directory. Not to be edited.\n"
                        + ("format.version=" + FORMAT + "\n")
                        + ("cluster.id=" + clusterId + "\n")
                        + ("node.id=" + nodeId + "\n");
        DurableFile.write(path, IDENTITY, content);
    }

    private static String verified(Path identity, int nodeId) throws IOException {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(identity)) {
            properties.load(reader);
        } catch (IllegalArgumentException malformed) {
            throw new RefusedDirectoryException(
                    identity + " is damaged: " + malformed.getMessage());
        }
        String format = properties.getProperty("format.version", "");
        if (!format.equals(Integer.toString(FORMAT))) {
            throw new RefusedDirectoryException(
                    identity
                            + " says format version '"
                            + format
                            + "'; this version reads "
                            + FORMAT
                            + "; use the version of Mortise that wrote it, or a newer one");
        }
        String node = properties.getProperty("node.id", "");
        if (!node.equals(Integer.toString(nodeId))) {
            throw new RefusedDirectoryException(
                    identity
                            + " belongs to node "
                            + node
                            + ", this is node "
                            + nodeId
                            + "; start with --id "
                            + node
                            + ", or name another directory with --data");
        }
        String clusterId = properties.getProperty("cluster.id", "");
        if (clusterId.isEmpty()) {
            throw new RefusedDirectoryException(identity + " is damaged: it has no cluster.id");
        }
        return clusterId;
    }

    /** A subdirectory for one concern, made if it is missing. */
    public Path subdirectory(String name) {
        Path directory = path.resolve(name);
        try {
            Files.createDirectories(directory);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot make " + directory, failure);
        }
        return directory;
    }

    /** Has the directory remember the broker that it belongs to, durably, if that is news. */
    public void remember(DirectoryRecord record) {
        try {
            if (!DirectoryRecord.read(path).filter(record::equals).isPresent()) {
                DurableFile.write(path, DirectoryRecord.FILE, record.text());
            }
        } catch (IOException failure) {
            throw cannotBeUsed(path, failure);
        }
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** The cluster that the directory belongs to. */
    public String clusterId() {
        return clusterId;
    }

    /** Whether this start formatted it. */
    public boolean formatted() {
        return formatted;
    }

    /**
     * Lets go of the directory. The lock file stays: removing it would let two brokers lock two
     * files of one name.
     */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot let go of " + path, failure);
        }
    }
}
