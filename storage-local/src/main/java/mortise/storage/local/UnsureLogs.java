package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.spi.storage.LogId;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import org.jspecify.annotations.Nullable;

/**
 * Directories that are named like logs, and do not say beyond doubt which: without a readable
 * identity, or one of several with the same name. Whoever asks for a log by its topic's ID settles
 * it, if the directory does not contradict. Thread-safe for different partitions.
 */
final class UnsureLogs {
    private final System.Logger logger;
    private final Map<TopicPartition, List<Candidate>> candidates = new ConcurrentHashMap<>();

    /**
     * A directory that may be a log.
     *
     * @param topic what its {@code partition.metadata} says, or null if that cannot be read
     */
    record Candidate(LocalLogDirectory directory, Path path, @Nullable TopicId topic) {
        /** What its manifest says, which is the second witness. */
        Optional<TopicId> manifestTopic() {
            try {
                return SegmentManifest.topicOf(path);
            } catch (IOException unreadable) {
                return Optional.empty();
            }
        }

        boolean says(TopicId wanted) {
            return wanted.equals(topic) || manifestTopic().equals(Optional.of(wanted));
        }

        boolean saysNothing() {
            return topic == null && manifestTopic().isEmpty();
        }

        /** Whether it is what a crash left of making a log. */
        boolean isNothing() {
            try {
                return saysNothing() && isUnfinished(path);
            } catch (IOException unreadable) {
                return false;
            }
        }

        @Override
        public String toString() {
            return path
                    + " ("
                    + (topic == null
                            ? "no readable " + PartitionMetadata.FILE
                            : PartitionMetadata.FILE + " says topic ID " + topic)
                    + manifestTopic()
                            .map(id -> ", " + SegmentManifest.FILE + " says " + id)
                            .orElse("")
                    + ")";
        }
    }

    UnsureLogs(System.Logger logger) {
        this.logger = logger;
    }

    void add(TopicPartition partition, Candidate candidate) {
        candidates.computeIfAbsent(partition, first -> new ArrayList<>()).add(candidate);
    }

    /** The directories of this name; none in most cases. */
    List<Candidate> of(TopicPartition partition) {
        return candidates.getOrDefault(partition, List.of());
    }

    /**
     * What those without an identity of their own are by their manifests, so that the log of a
     * topic that is gone does not keep its name from another.
     */
    Stream<LogId> probable() {
        return candidates.entrySet().stream()
                .flatMap(all ->
                        all.getValue().stream()
                                .filter(candidate -> candidate.topic() == null)
                                .flatMap(candidate -> candidate.manifestTopic().stream())
                                .map(topic -> new LogId(topic, all.getKey())));
    }

    /** The names of those in a log directory. */
    Set<TopicPartition> in(LocalLogDirectory directory) {
        Set<TopicPartition> names = new HashSet<>();
        candidates.forEach((partition, all) -> {
            if (all.stream().anyMatch(candidate -> candidate.directory() == directory)) {
                names.add(partition);
            }
        });
        return names;
    }

    void forget(TopicPartition partition) {
        candidates.remove(partition);
    }

    /**
     * Forgets what crashes left of making logs where there is something else of that name: it holds
     * nothing, so it is in no doubt which of them is the log.
     *
     * @param found the names of the logs that were found beyond doubt
     */
    void forgetUnfinished(Set<TopicPartition> found) {
        candidates.forEach((partition, all) -> {
            if (all.size() > 1 || found.contains(partition)) {
                all.removeIf(Candidate::isNothing);
            }
        });
        candidates.values().removeIf(List::isEmpty);
    }

    /**
     * The directory of a log, which is given its identity again; null if there is none with
     * anything in it.
     *
     * @throws StorageException if more than one could be meant, or the only one is another's
     */
    @Nullable Candidate claim(LogId id) throws IOException {
        List<Candidate> all = of(id.partition());
        if (all.isEmpty()) {
            return null;
        }
        if (all.size() > 1) {
            throw refusal(id, all, "move all but one of them away");
        }
        Candidate only = all.getFirst();
        if (only.saysNothing() && isUnfinished(only.path())) {
            return null;
        }
        if (!only.says(id.topicId()) && !only.saysNothing()) {
            throw refusal(id, all, "move it away, or put its " + PartitionMetadata.FILE + " right");
        }
        identify(only, id);
        return only;
    }

    /** Writes the identity of a log anew, durably, and says so. */
    void identify(Candidate candidate, LogId id) throws IOException {
        Path file = candidate.path().resolve(PartitionMetadata.FILE);
        logger.log(
                Level.WARNING,
                "{0} is taken for {1}, which the cluster knows: writing its {2} anew",
                candidate,
                id,
                PartitionMetadata.FILE);
        PartitionMetadata.write(candidate.path(), id.topicId());
        DiskFiles.syncFile(file);
        DiskFiles.syncDirectory(candidate.path());
        candidates.remove(id.partition());
    }

    private static StorageException refusal(LogId id, List<Candidate> all, String remedy) {
        return new StorageException(
                Reach.LOG,
                "opening "
                        + id
                        + ": nobody can tell whether it is in "
                        + String.join(" or ", all.stream().map(Candidate::toString).toList())
                        + "; "
                        + remedy
                        + " and restart the broker");
    }

    /** Whether a directory without an identity is what a crash left of making it. */
    static boolean isUnfinished(Path path) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                String name = DiskFiles.name(file);
                if (!name.startsWith(PartitionMetadata.FILE)
                        && !name.startsWith(SegmentManifest.FILE)) {
                    return false;
                }
            }
        } catch (NoSuchFileException gone) {
            return true;
        }
        return true;
    }
}
