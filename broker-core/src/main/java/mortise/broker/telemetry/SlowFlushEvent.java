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
 * The flight recorder event of a sync that took long. Confined to the thread that made it; costs
 * next to nothing while nobody records.
 */
@Name("mortise.SlowFlush")
@Label("Slow Flush")
@Description("A sync of a log took longer than the threshold of the event.")
@Category("Mortise")
@StackTrace(false)
@Threshold("500 ms")
@SuppressWarnings("UnusedVariable") // the flight recorder reads the fields
public final class SlowFlushEvent extends Event {
    @Label("Log Directory")
    private @Nullable String directory;

    /** The event, begun now. */
    public static SlowFlushEvent begun() {
        SlowFlushEvent event = new SlowFlushEvent();
        event.begin();
        return event;
    }

    /** What it was about ended now. */
    public void ended(Object directory) {
        end();
        if (shouldCommit()) {
            this.directory = String.valueOf(directory);
            commit();
        }
    }
}
