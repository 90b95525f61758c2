package mortise.broker.telemetry;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * The flight recorder event of a log that has moved to another log directory. Confined to the
 * thread that made it; costs next to nothing while nobody records.
 */
@Name("mortise.LogMove")
@Label("Log Move")
@Description("A log has moved to another log directory of its broker.")
@Category("Mortise")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // the flight recorder reads the fields
public final class LogMoveEvent extends Event {
    @Label("Partition")
    private @Nullable String partition;

    @Label("Log Directory")
    private @Nullable String directory;

    @Label("Size")
    @DataAmount
    private long bytes;

    @Label("Time Since The Begin Of The Move")
    @Timespan
    private long nanos;

    @Label("Time In Which Nothing Was Written")
    @Timespan
    private long standingNanos;

    /** Notes a move that ended now. */
    public static void ended(
            Object partition, String directory, long bytes, long nanos, long standingNanos) {
        LogMoveEvent event = new LogMoveEvent();
        if (event.shouldCommit()) {
            event.partition = String.valueOf(partition);
            event.directory = directory;
            event.bytes = bytes;
            event.nanos = nanos;
            event.standingNanos = standingNanos;
            event.commit();
        }
    }
}
