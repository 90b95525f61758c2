package mortise.bench.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a process has used so far, as {@code /proc} tells.
 *
 * @param cpuSeconds in user mode and in the kernel together
 * @param residentBytes now
 * @param readsAndWrites system calls that read or write; 0 if they may not be seen
 */
public record ProcessCost(
        double cpuSeconds, double userSeconds, long residentBytes, long readsAndWrites) {
    private static final double TICKS_PER_SECOND = 100.0;
    private static final long PAGE_BYTES = 4_096;
    private static final int USER = 11;
    private static final int SYSTEM = 12;
    private static final int RESIDENT = 21;

    /**
     * Looks at a process.
     *
     * @throws UncheckedIOException if it is gone
     */
    public static ProcessCost of(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            // the command may contain blanks: fields are counted from its closing parenthesis
            List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
            double user = Long.parseLong(fields.get(USER)) / TICKS_PER_SECOND;
            double system = Long.parseLong(fields.get(SYSTEM)) / TICKS_PER_SECOND;
            return new ProcessCost(
                    user + system,
                    user,
                    Long.parseLong(fields.get(RESIDENT)) * PAGE_BYTES,
                    readsAndWrites(pid).orElse(0L));
        } catch (IOException gone) {
            throw new UncheckedIOException("process " + pid + " is gone", gone);
        }
    }

    private static Optional<Long> readsAndWrites(long pid) {
        try {
            return Optional.of(
                    Files.readAllLines(Path.of("/proc/" + pid + "/io")).stream()
                            .filter(line -> line.startsWith("syscr:") || line.startsWith("syscw:"))
                            .mapToLong(line -> Long.parseLong(line.substring(6).strip()))
                            .sum());
        } catch (IOException forbidden) {
            return Optional.empty();
        }
    }

    /** What was used since; the resident memory stays what it is. */
    public ProcessCost since(ProcessCost earlier) {
        return new ProcessCost(
                cpuSeconds - earlier.cpuSeconds,
                userSeconds - earlier.userSeconds,
                residentBytes,
                readsAndWrites - earlier.readsAndWrites);
    }

    /** The same with another resident memory, such as the most of several moments. */
    public ProcessCost withResident(long bytes) {
        return new ProcessCost(cpuSeconds, userSeconds, bytes, readsAndWrites);
    }

    public double residentMegabytes() {
        return residentBytes / 1e6;
    }
}
