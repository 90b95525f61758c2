package mortise.broker.telemetry;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/**
 * The flight recorder event of a write to a log that took long, the roll included. Confined to the
 * thread that made it; costs next to nothing while nobody records.
 */
@Name("mortise.SlowAppend")
@Label("Slow Append")
@Description("A write to a log took longer than the threshold of the event.")
@Category("Mortise")
@StackTrace(false)
@Threshold("100 ms")
@SuppressWarnings("UnusedVariable") // the flight recorder reads the fields
public final class SlowAppendEvent extends Event {
    @Label("Partition")
    private @Nullable String partition;

    @Label("Batches")
    private int batches;

    @Label("Bytes")
    private long bytes;

    /** The event, begun now. */
    public static SlowAppendEvent begun() {
        SlowAppendEvent event = new SlowAppendEvent();
        event.begin();
        return event;
    }

    /** What it was about ended now. */
    public void ended(Object partition, int batches, long bytes) {
        end();
        if (shouldCommit()) {
            this.partition = String.valueOf(partition);
            this.batches = batches;
            this.bytes = bytes;
            commit();
        }
    }
}
