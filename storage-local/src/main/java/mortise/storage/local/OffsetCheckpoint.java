package mortise.storage.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import mortise.api.TopicPartition;

/**
 * Kafka's text of one offset per partition: the version 0, the number of lines, and a line {@code
 * topic partition offset} each. Confined to its caller's lock.
 */
final class OffsetCheckpoint {
    private static final String VERSION = "0";

    private final Path file;

    OffsetCheckpoint(Path file) {
        this.file = file;
    }

    /** What the file holds; nothing if there is none. */
    Map<TopicPartition, Long> read() throws IOException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        Optional<String> text = DiskFiles.readIfPresent(file);
        if (text.isEmpty() || text.get().isEmpty()) {
            return offsets;
        }
        String[] lines = text.get().split("\n");
        if (!lines[0].strip().equals(VERSION)) {
            throw malformed(1, lines[0], "the version " + VERSION);
        }
        for (int i = 2; i < lines.length; i++) {
            String[] fields = lines[i].strip().split("\\s+");
            if (fields.length != 3) {
                throw malformed(i + 1, lines[i], "topic, partition and offset");
            }
            try {
                offsets.put(
                        new TopicPartition(fields[0], Integer.parseInt(fields[1])),
                        Long.parseLong(fields[2]));
            } catch (IllegalArgumentException noNumber) {
                throw malformed(i + 1, lines[i], "topic, partition and offset");
            }
        }
        if (lines.length < 2 || !lines[1].strip().equals(Integer.toString(offsets.size()))) {
            throw malformed(
                    2, lines.length < 2 ? "" : lines[1], "the number of lines that follow");
        }
        return offsets;
    }

    private IOException malformed(int line, String met, String wanted) {
        return new IOException(
                "line " + line + " of " + file + " is '" + met + "'; " + wanted + " was expected");
    }

    /** Replaces what the file holds, durably. */
    void write(Map<TopicPartition, Long> offsets) throws IOException {
        StringBuilder text = new StringBuilder(16 + 32 * offsets.size());
        text.append(VERSION).append('\n').append(offsets.size()).append('\n');
        new TreeMap<>(offsets)
                .forEach(
                        (partition, offset) ->
                                text.append(partition.topic())
                                        .append(' ')
                                        .append(partition.partition())
                                        .append(' ')
                                        .append(offset.longValue())
                                        .append('\n'));
        DiskFiles.replaceDurably(file, text.toString());
    }
}
