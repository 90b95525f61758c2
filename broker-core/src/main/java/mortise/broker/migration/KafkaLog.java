package mortise.broker.migration;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A partition's log as Apache Kafka left it.
 *
 * @param directory where its files are
 * @param topicId of {@code partition.metadata}; null if that is missing
 * @param nodeId the broker that it is of
 * @param startOffset the first offset that is to be served, if that is not the first there is
 * @param recoveryPoint everything below it was synced; all of it, if the broker was stopped cleanly
 */
public record KafkaLog(
        Path directory,
        TopicPartition partition,
        @Nullable TopicId topicId,
        int nodeId,
        long startOffset,
        long recoveryPoint) {
    private static final String LOG = ".log";
    private static final String SWAP = ".log.swap";
    private static final String SNAPSHOT = ".snapshot";
    private static final int NAME_DIGITS = 20;
    private static final long MOST_SNAPSHOT_BYTES = 256L << 20;

    /**
     * A segment's file.
     *
     * @param base the offset that its name says
     * @param bytes its size
     */
    record SegmentFile(Path file, long base, long bytes) {}

    /**
     * The segments, oldest first.
     *
     * @throws RefusedKafkaDirectoryException if files are being replaced, or cannot be listed
     */
    List<SegmentFile> segments() {
        List<SegmentFile> segments = new ArrayList<>();
        for (Path file : files()) {
            String name = String.valueOf(file.getFileName());
            if (name.endsWith(SWAP)) {
                throw new RefusedKafkaDirectoryException(
                        file
                                + " shows that the broker stopped while it put a compacted segment in"
                                + " its place; start Apache Kafka and stop it cleanly, then import again");
            }
            long base = offset(name, LOG);
            if (base >= 0) {
                segments.add(new SegmentFile(file, base, size(file)));
            }
        }
        segments.sort(Comparator.comparingLong(SegmentFile::base));
        return segments;
    }

    /** How many bytes the segments have. */
    public long bytes() {
        return segments().stream().mapToLong(SegmentFile::bytes).sum();
    }

    /** The offset at which the newest segment begins; the log ends there or behind it. */
    public long newestBase() {
        List<SegmentFile> segments = segments();
        return segments.isEmpty() ? 0 : segments.getLast().base();
    }

    /**
     * The newest snapshot of producers between two offsets, both included, as Apache Kafka wrote
     * it.
     */
    Optional<ByteBuffer> snapshot(long atLeast, long atMost) {
        Path newest = null;
        long offset = atLeast - 1;
        for (Path file : files()) {
            long at = offset(String.valueOf(file.getFileName()), SNAPSHOT);
            if (at > offset && at <= atMost) {
                offset = at;
                newest = file;
            }
        }
        if (newest == null || size(newest) > MOST_SNAPSHOT_BYTES) {
            return Optional.empty();
        }
        try {
            return Optional.of(ByteBuffer.wrap(Files.readAllBytes(newest)));
        } catch (IOException failure) {
            throw KafkaDirectory.unreadable(newest, failure);
        }
    }

    private List<Path> files() {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        } catch (IOException failure) {
            throw KafkaDirectory.unreadable(directory, failure);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException failure) {
            throw KafkaDirectory.unreadable(file, failure);
        }
    }

    /** The offset that a file's name says; -1 if it is no such file. */
    static long offset(String name, String suffix) {
        if (name.length() != NAME_DIGITS + suffix.length() || !name.endsWith(suffix)) {
            return -1;
        }
        try {
            return Long.parseLong(name.substring(0, NAME_DIGITS));
        } catch (NumberFormatException other) {
            return -1;
        }
    }
}
