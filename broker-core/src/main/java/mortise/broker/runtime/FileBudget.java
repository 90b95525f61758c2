package mortise.broker.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How the files and sockets are divided that this process may have open at once. Some are kept back
 * for what must not fail: the metadata log, checkpoints, forcing directories, connections that are
 * accepted to be refused. Of the rest two thirds are for connections, one third is for log files.
 *
 * @param limit how many the system allows
 * @param processors what event loops are made for, each of which takes some
 */
public record FileBudget(long limit, int processors) {
    /** From which limit on nothing is worth mentioning. */
    public static final long ENOUGH = 10_240;

    /** What the JVM raises the limit to where the system does not tell it. */
    private static final long ELSEWHERE = 10_240;

    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final String OPEN_FILES = "Max open files";

    /** More than any process needs. */
    private static final long MOST = 1 << 24;

    private static final FileBudget OF_PROCESS =
            new FileBudget(limitOfProcess(), Runtime.getRuntime().availableProcessors());

    /** This process's. */
    public static FileBudget ofProcess() {
        return OF_PROCESS;
    }

    private static long limitOfProcess() {
        try {
            return limitIn(Files.readAllLines(LIMITS));
        } catch (IOException otherSystem) {
            return ELSEWHERE;
        }
    }

    /** The limit that Linux tells of: the soft one, which the JVM has raised to the hard one. */
    static long limitIn(List<String> lines) {
        for (String line : lines) {
            if (line.startsWith(OPEN_FILES)) {
                String soft = line.substring(OPEN_FILES.length()).strip().split("\\s+", 2)[0];
                return soft.equals("unlimited") ? MOST : Long.parseLong(soft);
            }
        }
        return ELSEWHERE;
    }

    /** How many are kept back. */
    long keptBack() {
        return Math.min(limit / 2, Math.max(96 + 4L * processors, limit / 10));
    }

    /** How many connections there may be. */
    public int connections() {
        return atLeastOne(limit - keptBack() - logFiles());
    }

    /** How many log files may be kept open. */
    public int logFiles() {
        return atLeastOne((limit - keptBack()) / 3);
    }

    private static int atLeastOne(long files) {
        return Math.clamp(files, 1, Integer.MAX_VALUE);
    }
}
