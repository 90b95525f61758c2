package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mortise.api.TopicId;
import mortise.api.TopicPartition;

/**
 * Which logs a log directory holds, in a file of its own: Kafka's checkpoints name partitions and
 * not topics, so they cannot tell a log whose directory was removed from a new one of that name.
 * Written together with the recovery points. Confined to its caller's lock.
 */
final class LogIdentities {
    static final String FILE = "mortise-logs";

    private static final String VERSION = "version: 0";

    private final Path file;
    private Map<TopicPartition, TopicId> written = Map.of();

    LogIdentities(Path directory) {
        this.file = directory.resolve(FILE);
    }

    /** What the file says; nothing if there is none, or if it is damaged, which is said. */
    synchronized Map<TopicPartition, TopicId> read(System.Logger logger) throws IOException {
        Optional<String> text = DiskFiles.readIfPresent(file);
        if (text.isPresent()) {
            try {
                written = parse(text.get().lines().toList());
            } catch (IllegalArgumentException damaged) {
                logger.log(
                        Level.WARNING,
                        "{0} is damaged ({1}); it is written anew with the next recovery points,"
                                + " until then a log whose directory was removed is not missed",
                        file,
                        damaged.getMessage());
            }
        }
        return written;
    }

    private static Map<TopicPartition, TopicId> parse(List<String> lines) {
        if (lines.isEmpty() || !lines.getFirst().equals(VERSION)) {
            throw new IllegalArgumentException(
                    "it begins with '"
                            + (lines.isEmpty() ? "" : lines.getFirst())
                            + "'; '"
                            + VERSION
                            + "' was expected");
        }
        Map<TopicPartition, TopicId> logs = new TreeMap<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split(" ", -1);
            if (fields.length != 3) {
                throw new IllegalArgumentException(
                        "'" + line + "' is not topic, partition and topic ID");
            }
            logs.put(
                    new TopicPartition(fields[0], Integer.parseInt(fields[1])),
                    TopicId.parse(fields[2]));
        }
        return logs;
    }

    /** Replaces what the file says, durably, if it says anything else. */
    synchronized void write(Map<TopicPartition, TopicId> logs) throws IOException {
        if (logs.equals(written)) {
            return;
        }
        DiskFiles.replaceDurably(
                file,
                new TreeMap<>(logs)
                        .entrySet().stream()
                                .map(log ->
                                        log.getKey().topic()
                                                + " "
                                                + log.getKey().partition()
                                                + " "
                                                + log.getValue()
                                                + "\n")
                                .collect(Collectors.joining("", VERSION + "\n", "")));
        written = Map.copyOf(logs);
    }
}
