package mortise.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import mortise.bench.machine.ProcessCost;
import mortise.bench.machine.Stages;
import org.HdrHistogram.Histogram;

/**
 * What was used while a run was measured.
 *
 * @param broker of the broker's process, if it is on this machine; its resident memory is the most
 * @param driver of this process
 * @param othersShare of the machine's processors that neither of them used
 * @param stolenShare of the machine's processors that its host gave to others
 * @param clocksPartSeconds by how much the wall clock and the monotonic clock parted
 * @param stallMicros the machine's own stalls
 * @param stages what the broker says that the stages of requests took, if it was asked
 */
public record Use(
        Optional<ProcessCost> broker,
        ProcessCost driver,
        double othersShare,
        double stolenShare,
        double clocksPartSeconds,
        Histogram stallMicros,
        Optional<Stages> stages) {
    private static final double OTHERS_TOLERATED = 0.1;
    private static final double STOLEN_TOLERATED = 0.03;
    private static final double CLOCKS_PART_TOLERATED = 0.05;

    /** Why the figures are to be read with care; empty on a quiet machine. */
    public List<String> marks() {
        List<String> marks = new ArrayList<>();
        if (othersShare > OTHERS_TOLERATED) {
            marks.add(percent("other processes took %.0f%% of the machine", othersShare));
        }
        if (stolenShare > STOLEN_TOLERATED) {
            marks.add(percent("the host gave %.0f%% of the machine to others", stolenShare));
        }
        if (clocksPartSeconds > CLOCKS_PART_TOLERATED) {
            marks.add(
                    String.format(
                            Locale.ROOT,
                            "the wall clock was set: it parted by %.3f s from the monotonic one",
                            clocksPartSeconds));
        }
        return marks;
    }

    /** Whether so much else went on that the run is worth repeating. */
    public boolean isSpoilt() {
        return othersShare > OTHERS_TOLERATED;
    }

    private static String percent(String what, double share) {
        return String.format(Locale.ROOT, what, share * 100);
    }
}
