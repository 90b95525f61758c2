package mortise.broker.telemetry;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/**
 * The flight recorder event of a start, from the first look at the data directory until clients are
 * served. Confined to the thread that made it; costs next to nothing while nobody records.
 */
@Name("mortise.BrokerStart")
@Label("Broker Start")
@Description("A broker started: from opening its data directory until clients are served.")
@Category("Mortise")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // the flight recorder reads the fields
public final class BrokerStartEvent extends Event {
    @Label("Node ID")
    private int nodeId;

    @Label("Cluster ID")
    private @Nullable String clusterId;

    @Label("Partitions Opened")
    private int partitions;

    @Label("Partitions Not Opened")
    private int offline;

    /** The event, begun now. */
    public static BrokerStartEvent begun() {
        BrokerStartEvent event = new BrokerStartEvent();
        event.begin();
        return event;
    }

    /** What it was about ended now. */
    public void ended(int nodeId, Object clusterId, int partitions, int offline) {
        end();
        if (shouldCommit()) {
            this.nodeId = nodeId;
            this.clusterId = String.valueOf(clusterId);
            this.partitions = partitions;
            this.offline = offline;
            commit();
        }
    }
}
