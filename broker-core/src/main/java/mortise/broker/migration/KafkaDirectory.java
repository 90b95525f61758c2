package mortise.broker.migration;

import java.io.IOException;
import java.io.StringReader;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A log directory of a stopped Apache Kafka broker. While it is open no broker can start on it: its
 * {@code .lock} is held, for reading.
 */
public final class KafkaDirectory implements AutoCloseable {
    /** The directory of the metadata log, in one of the log directories. */
    static final String METADATA_LOG = "__cluster_metadata-0";

    /** The file that a broker leaves which has closed every log. */
    static final String CLEAN = ".kafka_cleanshutdown";

    private static final String IDENTITY = "meta.properties";
    private static final String LOCK = ".lock";
    private static final long MOST_CHECKPOINT_BYTES = 256L << 20;
    private static final long MOST_SMALL_FILE_BYTES = 64 << 10;

    private final Path path;
    private final @Nullable FileChannel lock;
    private final int nodeId;
    private final String clusterId;
    private final boolean cleanlyStopped;
    private final Map<TopicPartition, Long> recoveryPoints;
    private final Map<TopicPartition, Long> startOffsets;

    private KafkaDirectory(Path path, @Nullable FileChannel lock) throws IOException {
        this.path = path;
        this.lock = lock;
        Properties identity = identity(path.resolve(IDENTITY));
        this.nodeId = nodeId(path.resolve(IDENTITY), identity);
        this.clusterId = identity.getProperty("cluster.id", "");
        this.cleanlyStopped = Files.exists(path.resolve(CLEAN));
        this.recoveryPoints = checkpoint(path.resolve("recovery-point-offset-checkpoint"));
        this.startOffsets = checkpoint(path.resolve("log-start-offset-checkpoint"));
    }

    /**
     * Opens a directory.
     *
     * @throws RefusedKafkaDirectoryException if it is none of Apache Kafka 4.x, or is in use
     */
    public static KafkaDirectory open(Path path) {
        if (!Files.exists(path.resolve(IDENTITY))) {
            throw new RefusedKafkaDirectoryException(
                    path
                            + " is no log directory of Apache Kafka (it has no "
                            + IDENTITY
                            + "); name what its log.dirs says");
        }
        FileChannel lock = null;
        try {
            lock = lock(path);
            return new KafkaDirectory(path, lock);
        } catch (IOException | RuntimeException refused) {
            closeQuietly(lock, refused);
            throw refused instanceof RuntimeException known
                    ? known
                    : unreadable(path, (IOException) refused);
        }
    }

    private static void closeQuietly(@Nullable FileChannel lock, Exception why) {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException failure) {
            why.addSuppressed(failure);
        }
    }

    private static @Nullable FileChannel lock(Path path) throws IOException {
        Path file = path.resolve(LOCK);
        if (!Files.exists(file)) {
            return null; // a copy of a directory may lack it
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            if (channel.tryLock(0, Long.MAX_VALUE, true) != null) {
                return channel;
            }
        } catch (OverlappingFileLockException twice) {
            channel.close();
            throw new RefusedKafkaDirectoryException(path + " is named twice", twice);
        }
        channel.close();
        throw new RefusedKafkaDirectoryException(
                path + " is in use by a running Apache Kafka (its .lock is held); stop that first");
    }

    private static Properties identity(Path identity) throws IOException {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(smallText(identity)));
        } catch (IllegalArgumentException malformed) {
            throw damaged(identity, String.valueOf(malformed.getMessage()));
        }
        return properties;
    }

    private static int nodeId(Path identity, Properties properties) {
        String version = properties.getProperty("version", "");
        String node = properties.getProperty("node.id", "");
        if (!version.equals("1") || node.isEmpty()) {
            throw new RefusedKafkaDirectoryException(
                    identity
                            + " says version '"
                            + version
                            + "' and node.id '"
                            + node
                            + "'; version 1 with a node.id is what Apache Kafka 4 writes (KRaft), and older"
                            + " directories cannot be imported: upgrade that cluster to Apache Kafka 4 first");
        }
        try {
            return Integer.parseInt(node);
        } catch (NumberFormatException none) {
            throw damaged(identity, "node.id is '" + node + "'");
        }
    }

    /** A text file that cannot be large. */
    private static String smallText(Path file) throws IOException {
        if (Files.size(file) > MOST_SMALL_FILE_BYTES) {
            throw damaged(file, "it has more than " + MOST_SMALL_FILE_BYTES + " bytes");
        }
        return Files.readString(file);
    }

    /** Offsets by partition: a version, 0, a count, and as many lines. */
    private static Map<TopicPartition, Long> checkpoint(Path file) throws IOException {
        if (!Files.exists(file) || Files.size(file) == 0) {
            return Map.of();
        }
        if (Files.size(file) > MOST_CHECKPOINT_BYTES) {
            throw damaged(file, "it has more than " + MOST_CHECKPOINT_BYTES + " bytes");
        }
        List<String> lines = Files.readString(file).lines().toList();
        Map<TopicPartition, Long> offsets = new HashMap<>();
        try {
            if (!lines.getFirst().strip().equals("0")) {
                throw damaged(file, "it says version '" + lines.getFirst() + "', 0 is known");
            }
            int count = Integer.parseInt(lines.get(1).strip());
            if (count != lines.size() - 2) {
                throw damaged(file, "it counts " + count + " lines and has " + (lines.size() - 2));
            }
            for (String line : lines.subList(2, lines.size())) {
                String[] words = line.strip().split("\\s+", -1);
                if (words.length != 3) {
                    throw damaged(file, "it has the line '" + line + "'");
                }
                offsets.put(
                        new TopicPartition(words[0], Integer.parseInt(words[1])),
                        Long.parseLong(words[2]));
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
            throw damaged(file, String.valueOf(malformed.getMessage()));
        }
        return offsets;
    }

    /** The partitions' logs that lie here; those on their way in or out are not among them. */
    public List<KafkaLog> logs() {
        List<KafkaLog> logs = new ArrayList<>();
        try (Stream<Path> entries = Files.list(path)) {
            for (Path entry : (Iterable<Path>) entries.sorted()::iterator) {
                TopicPartition partition = partition(String.valueOf(entry.getFileName()));
                if (partition != null && Files.isDirectory(entry)) {
                    logs.add(log(entry, partition));
                }
            }
        } catch (IOException failure) {
            throw unreadable(path, failure);
        }
        return logs;
    }

    private KafkaLog log(Path directory, TopicPartition partition) throws IOException {
        return new KafkaLog(
                directory,
                partition,
                topicId(directory.resolve("partition.metadata")),
                nodeId,
                startOffsets.getOrDefault(partition, 0L),
                cleanlyStopped ? Long.MAX_VALUE : recoveryPoints.getOrDefault(partition, 0L));
    }

    private static @Nullable TopicPartition partition(String name) {
        int dash = name.lastIndexOf('-');
        if (dash < 1 || name.equals(METADATA_LOG)) {
            return null;
        }
        try {
            int index = Integer.parseInt(name.substring(dash + 1));
            return index < 0 ? null : new TopicPartition(name.substring(0, dash), index);
        } catch (NumberFormatException other) {
            return null; // -delete, -stray, -future, or nothing of ours
        }
    }

    private static @Nullable TopicId topicId(Path file) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        for (String line : smallText(file).lines().toList()) {
            if (line.startsWith("topic_id:")) {
                try {
                    return TopicId.parse(line.substring("topic_id:".length()).strip());
                } catch (IllegalArgumentException none) {
                    throw damaged(file, String.valueOf(none.getMessage()));
                }
            }
        }
        throw damaged(file, "it has no topic_id");
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** The cluster that it is of; empty if it does not say. */
    public String clusterId() {
        return clusterId;
    }

    /** Whether the metadata log lies here. */
    public boolean hasMetadata() {
        return Files.isDirectory(path.resolve(METADATA_LOG));
    }

    /** Whether the broker says that it closed every log. */
    public boolean cleanlyStopped() {
        return cleanlyStopped;
    }

    static RefusedKafkaDirectoryException damaged(Path file, String how) {
        return new RefusedKafkaDirectoryException(file + " is damaged: " + how);
    }

    static RefusedKafkaDirectoryException unreadable(Path file, IOException failure) {
        return new RefusedKafkaDirectoryException(
                file + " cannot be read: " + failure + "; let this user read it", failure);
    }

    /** Lets go of the directory. */
    @Override
    public void close() {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException failure) {
            throw unreadable(path, failure);
        }
    }
}
