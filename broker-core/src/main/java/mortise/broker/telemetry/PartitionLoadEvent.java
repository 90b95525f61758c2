package mortise.broker.telemetry;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/**
 * The flight recorder event of opening a partition, its recovery included. Confined to the thread
 * that made it; costs next to nothing while nobody records.
 */
@Name("mortise.PartitionLoad")
@Label("Partition Load")
@Description("A log was opened, recovered if need be, and the state of its partition rebuilt.")
@Category("Mortise")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // the flight recorder reads the fields
public final class PartitionLoadEvent extends Event {
    @Label("Partition")
    private @Nullable String partition;

    @Label("End Offset")
    private long endOffset;

    @Label("Batches Read Since The Latest Snapshot")
    private long replayedBatches;

    /** The event, begun now. */
    public static PartitionLoadEvent begun() {
        PartitionLoadEvent event = new PartitionLoadEvent();
        event.begin();
        return event;
    }

    /** What it was about ended now. */
    public void ended(Object partition, long endOffset, long replayedBatches) {
        end();
        if (shouldCommit()) {
            this.partition = String.valueOf(partition);
            this.endOffset = endOffset;
            this.replayedBatches = replayedBatches;
            commit();
        }
    }
}
