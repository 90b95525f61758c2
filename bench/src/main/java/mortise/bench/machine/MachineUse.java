package mortise.bench.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What all processors have done so far, as {@code /proc/stat} tells.
 *
 * @param busySeconds working, for whomever
 * @param stolenSeconds ready to work, while the host gave the processor to another machine
 */
public record MachineUse(double busySeconds, double stolenSeconds) {
    private static final double TICKS_PER_SECOND = 100.0;
    private static final int STEAL = 8;

    /** Looks at the machine. */
    public static MachineUse now() {
        try {
            String first = Files.readAllLines(Path.of("/proc/stat")).getFirst();
            List<String> fields = List.of(first.trim().split(" +", -1));
            double busy = 0;
            // user, nice, system, then idle and waiting for disks, which are no work, then
            // interrupts
            for (int field : new int[] {1, 2, 3, 6, 7}) {
                busy += Long.parseLong(fields.get(field));
            }
            return new MachineUse(
                    busy / TICKS_PER_SECOND, Long.parseLong(fields.get(STEAL)) / TICKS_PER_SECOND);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("reading /proc/stat", unreadable);
        }
    }

    /** What was done since. */
    public MachineUse since(MachineUse earlier) {
        return new MachineUse(
                busySeconds - earlier.busySeconds, stolenSeconds - earlier.stolenSeconds);
    }
}
