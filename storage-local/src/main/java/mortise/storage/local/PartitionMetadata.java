package mortise.storage.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import mortise.api.TopicId;

/** Kafka's {@code partition.metadata}: which topic a log's directory belongs to. */
final class PartitionMetadata {
    static final String FILE = "partition.metadata";

    private static final String VERSION = "version: 0";
    private static final String TOPIC_ID = "topic_id: ";

    private PartitionMetadata() {}

    /** The topic of a log's directory; nothing if the file is missing or was not finished. */
    static Optional<TopicId> read(Path directory) throws IOException {
        Optional<String> text = DiskFiles.readIfPresent(directory.resolve(FILE));
        if (text.isEmpty()) {
            return Optional.empty();
        }
        List<String> lines = text.get().lines().toList();
        if (lines.size() < 2
                || !lines.get(0).strip().equals(VERSION)
                || !lines.get(1).startsWith(TOPIC_ID)) {
            return Optional.empty();
        }
        try {
            return Optional.of(TopicId.parse(lines.get(1).substring(TOPIC_ID.length()).strip()));
        } catch (IllegalArgumentException torn) {
            return Optional.empty();
        }
    }

    /** Writes the file; a sync makes it durable. */
    static void write(Path directory, TopicId topic) throws IOException {
        DiskFiles.write(
                directory.resolve(FILE),
                StandardCharsets.UTF_8.encode(VERSION + "\n" + TOPIC_ID + topic),
                false);
    }
}
