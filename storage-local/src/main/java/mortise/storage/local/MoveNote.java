package mortise.storage.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import mortise.api.TopicPartition;

/**
 * The file in a future log's directory that says which log it is to be, for the directory's name
 * may have room for a part of that only, and whether all of that log is in it.
 *
 * @param complete whether it may take the place of a current log that is gone
 */
record MoveNote(TopicPartition partition, boolean complete) {
    static final String FILE = "mortise-move";

    private static final String VERSION = "version: 0";
    private static final String PARTITION = "partition: ";
    private static final String COMPLETE = "complete: ";

    /** What the file of a directory says; nothing if there is none, or if it is damaged. */
    static Optional<MoveNote> read(Path directory) throws IOException {
        List<String> lines =
                DiskFiles.readIfPresent(directory.resolve(FILE)).stream()
                        .flatMap(String::lines)
                        .toList();
        if (lines.size() != 3
                || !lines.get(0).equals(VERSION)
                || !lines.get(1).startsWith(PARTITION)
                || !lines.get(2).startsWith(COMPLETE)) {
            return Optional.empty();
        }
        boolean complete = lines.get(2).equals(COMPLETE + true);
        return LogFiles.partition(lines.get(1).substring(PARTITION.length()))
                .map(partition -> new MoveNote(partition, complete));
    }

    /** Writes the file, durably. */
    void write(Path directory) throws IOException {
        DiskFiles.replaceDurably(
                directory.resolve(FILE),
                String.join("\n", VERSION, PARTITION + partition, COMPLETE + complete, ""));
    }

    /** Removes the file, which means nothing in a log that is no future one. */
    static void remove(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(FILE));
    }
}
