package mortise.storage.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mortise.api.TopicPartition;

/**
 * Kafka's text of one offset per partition: the version 0, the number of lines, and a line {@code
 * topic partition offset} each. Confined to its caller's lock.
 */
final class OffsetCheckpoint {
    private static final String VERSION = "0";
    private static final Pattern LINE = Pattern.compile("(\\S+)\\s+(\\d+)\\s+(\\d+)");

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
        List<String> lines = text.get().lines().toList();
        if (!lines.get(0).strip().equals(VERSION)) {
            throw malformed(1, lines.get(0), "the version " + VERSION);
        }
        for (int i = 2; i < lines.size(); i++) {
            Matcher fields = LINE.matcher(lines.get(i).strip());
            if (!fields.matches()) {
                throw malformed(i + 1, lines.get(i), "topic, partition and offset");
            }
            try {
                offsets.put(
                        new TopicPartition(fields.group(1), Integer.parseInt(fields.group(2))),
                        Long.parseLong(fields.group(3)));
            } catch (IllegalArgumentException noNumber) {
                throw malformed(i + 1, lines.get(i), "topic, partition and offset");
            }
        }
        if (lines.size() < 2 || !lines.get(1).strip().equals(Integer.toString(offsets.size()))) {
            throw malformed(
                    2, lines.size() < 2 ? "" : lines.get(1), "the number of lines that follow");
        }
        return offsets;
    }

    Path file() {
        return file;
    }

    private IOException malformed(int line, String met, String wanted) {
        return new CorruptFileException(
                "line " + line + " of " + file + " is '" + met + "'; " + wanted + " was expected");
    }

    /** Replaces what the file holds, durably. */
    void write(Map<TopicPartition, Long> offsets) throws IOException {
        StringBuilder text = new StringBuilder(16 + 32 * offsets.size());
        text.append(VERSION).append('\n').append(offsets.size()).append('\n');
        new TreeMap<>(offsets)
                .forEach((partition, offset) ->
                        text.append(partition.topic())
                                .append(' ')
                                .append(partition.partition())
                                .append(' ')
                                .append(offset.longValue())
                                .append('\n'));
        DiskFiles.replaceDurably(file, text.toString());
    }
}
