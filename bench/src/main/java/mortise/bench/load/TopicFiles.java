package mortise.bench.load;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mortise.bench.machine.PageCache;

/**
 * The segments of a topic as a broker on this machine has them: files {@code TOPIC-PARTITION/*.log}
 * in its data directory (Apache Kafka) or in {@code local/logs} of that (Mortise). What the broker
 * has let go of under another name, such as {@code .log.deleted}, is not among them. Thread-safe.
 *
 * @param data the broker's data directory
 */
record TopicFiles(Path data, String topic) {
    /** How deep below the data directory a partition's lies at most. */
    private static final int DEPTH = 3;

    /** The segments that there are now. */
    List<Path> segments() throws IOException {
        List<Path> segments = new ArrayList<>();
        addPartitions(data, DEPTH, segments);
        return segments;
    }

    private void addPartitions(Path directory, int depth, List<Path> segments) throws IOException {
        for (Path entry : entries(directory)) {
            if (isPartition(entry)) {
                addSegments(entry, segments);
            } else if (depth > 1 && Files.isDirectory(entry)) {
                addPartitions(entry, depth - 1, segments);
            }
        }
    }

    private boolean isPartition(Path path) {
        String name = String.valueOf(path.getFileName());
        return name.startsWith(topic + "-")
                && name.substring(topic.length() + 1).chars().allMatch(Character::isDigit);
    }

    private static void addSegments(Path directory, List<Path> segments) throws IOException {
        for (Path file : entries(directory)) {
            if (file.toString().endsWith(".log")) {
                segments.add(file);
            }
        }
    }

    private static List<Path> entries(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            List<Path> all = new ArrayList<>();
            entries.forEach(all::add);
            return all;
        } catch (NoSuchFileException removed) {
            return List.of();
        } catch (DirectoryIteratorException failed) {
            throw failed.getCause();
        }
    }

    /** How many bytes they have. */
    long bytes() throws IOException {
        long bytes = 0;
        for (Path segment : segments()) {
            try {
                bytes += Files.size(segment);
            } catch (NoSuchFileException removed) {
                // it is no segment any more
            }
        }
        return bytes;
    }

    /** Makes them durable and has the page cache forget them. */
    void forget() throws IOException {
        for (Path segment : segments()) {
            PageCache.forget(segment);
        }
    }

    /** How much of them the page cache has. */
    PageCache.Pages pages() throws IOException {
        PageCache.Pages all = PageCache.Pages.NONE;
        for (Path segment : segments()) {
            all = all.and(PageCache.of(segment));
        }
        return all;
    }
}
