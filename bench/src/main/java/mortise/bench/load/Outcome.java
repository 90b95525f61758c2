package mortise.bench.load;

import java.util.List;
import java.util.Optional;
import mortise.bench.workload.Workload;
import org.HdrHistogram.Histogram;

/**
 * What a run came to.
 *
 * @param series what came back, in the order of the report; nothing that was not used
 * @param use of the machine and of the processes
 * @param driverLateMicros how late the driver itself was
 * @param onDisk what the broker's files were like
 * @param failures why the figures say nothing about the broker; empty if they do
 * @param marks why they are to be read with care
 */
public record Outcome(
        Workload workload,
        List<Series.Measured> series,
        Use use,
        Histogram driverLateMicros,
        OnDisk onDisk,
        List<String> failures,
        List<String> marks) {
    /**
     * What the broker's files were like, as shares from 0 to 1; each only if the workload asks.
     *
     * @param resident of the preload, in the page cache before it was read
     * @param left of what was produced while measuring, on disk when measuring ended
     * @param leftBeside the same of what was produced beside
     */
    public record OnDisk(
            Optional<Double> resident, Optional<Double> left, Optional<Double> leftBeside) {
        /** Nobody looked. */
        public static final OnDisk UNSEEN =
                new OnDisk(Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** A series by its name, if it was used. */
    public Optional<Series.Measured> series(String name) {
        return series.stream().filter(each -> each.name().equals(name)).findFirst();
    }
}
