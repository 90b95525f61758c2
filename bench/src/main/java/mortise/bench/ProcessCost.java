package mortise.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a process has used so far, as {@code /proc} tells. */
record ProcessCost(double cpuSeconds, double userSeconds, long residentBytes) {
    private static final double TICKS_PER_SECOND = 100.0;
    private static final long PAGE_BYTES = 4_096;

    static ProcessCost of(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            // the command may contain blanks: fields are counted from its closing parenthesis
            List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
            double user = Long.parseLong(fields.get(11)) / TICKS_PER_SECOND;
            double system = Long.parseLong(fields.get(12)) / TICKS_PER_SECOND;
            return new ProcessCost(
                    user + system, user, Long.parseLong(fields.get(21)) * PAGE_BYTES);
        } catch (IOException gone) {
            throw new UncheckedIOException("process " + pid + " is gone", gone);
        }
    }

    ProcessCost since(ProcessCost earlier) {
        return new ProcessCost(
                cpuSeconds - earlier.cpuSeconds, userSeconds - earlier.userSeconds, residentBytes);
    }

    double residentMegabytes() {
        return residentBytes / 1e6;
    }
}
