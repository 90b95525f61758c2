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
 * @param failures why the figures say nothing about the broker; empty if they do
 * @param marks why they are to be read with care
 */
public record Outcome(
        Workload workload,
        List<Series.Measured> series,
        Use use,
        Histogram driverLateMicros,
        List<String> failures,
        List<String> marks) {
    /** A series by its name, if it was used. */
    public Optional<Series.Measured> series(String name) {
        return series.stream().filter(each -> each.name().equals(name)).findFirst();
    }
}
