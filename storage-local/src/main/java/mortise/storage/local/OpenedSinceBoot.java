package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which logs of a log directory have been opened since the machine was started. A process that
 * ended without closing such a log has lost nothing of it but a write that was under way: what it
 * wrote before is in the page cache still, or on the disk. After the power was cut there is another
 * boot, and all that was not synced is unsure.
 *
 * <p>The file says the boot's ID and, a line each, the directories of logs. It is not synced, for
 * another boot does not believe it. Linux says which boot it is; elsewhere no log is in it. What
 * cannot be written makes recovery slower and nothing else.
 *
 * <p>Thread-safe.
 */
final class OpenedSinceBoot implements AutoCloseable {
    static final String FILE = "opened-since-boot";

    private static final String BOOT_ID = "/proc/sys/kernel/random/boot_id";
    private static final String BOOT = "boot: ";

    private final Path file;
    private final System.Logger logger;
    private final Set<String> logs = new LinkedHashSet<>();
    private @Nullable FileChannel channel;

    private OpenedSinceBoot(Path file, System.Logger logger) {
        this.file = file;
        this.logger = logger;
    }

    /** Reads what an earlier process of this boot noted, and is ready to note more. */
    static OpenedSinceBoot of(Path directory, System.Logger logger) {
        OpenedSinceBoot opened = new OpenedSinceBoot(directory.resolve(FILE), logger);
        opened.read();
        return opened;
    }

    private synchronized void read() {
        try {
            Path source = file.getFileSystem().getPath(BOOT_ID);
            String boot = DiskFiles.readIfPresent(source).map(String::strip).orElse("");
            if (boot.isEmpty()) {
                Files.deleteIfExists(file);
                return;
            }
            String noted = DiskFiles.readIfPresent(file).orElse("");
            String whole = noted.substring(0, noted.lastIndexOf('\n') + 1);
            List<String> lines = whole.lines().toList();
            if (!lines.isEmpty() && lines.getFirst().equals(BOOT + boot)) {
                logs.addAll(lines.subList(1, lines.size()));
            }
            // begun anew, for the last line may have been cut off
            channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE);
            append(BOOT + boot + "\n" + (logs.isEmpty() ? "" : String.join("\n", logs) + "\n"));
        } catch (IOException failed) {
            giveUp(failed);
        }
    }

    /** Whether a log was opened, or made, since the machine was started. */
    synchronized boolean holds(Path log) {
        return logs.contains(DiskFiles.name(log));
    }

    /** Notes that a log is as it should be now. */
    synchronized void add(Path log) {
        if (channel == null || !logs.add(DiskFiles.name(log))) {
            return;
        }
        try {
            append(DiskFiles.name(log) + "\n");
        } catch (IOException failed) {
            giveUp(failed);
        }
    }

    private void append(String text) throws IOException {
        FileChannel open = channel;
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        while (open != null && bytes.hasRemaining()) {
            open.write(bytes);
        }
    }

    private void giveUp(IOException why) {
        logger.log(
                Level.WARNING,
                "noting in {0}: {1}; should this process be killed, the next start checks all that"
                        + " was not synced",
                file,
                why);
        clear();
    }

    /** Forgets all of them: the disk may have lost what it was given, or all are closed. */
    synchronized void clear() {
        close();
        logs.clear();
        try {
            Files.deleteIfExists(file);
        } catch (IOException stays) {
            logger.log(Level.WARNING, "removing " + file + ": " + stays);
        }
    }

    @Override
    public synchronized void close() {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException failed) {
                logger.log(Level.WARNING, "closing " + file + ": " + failed);
            }
        }
    }
}
