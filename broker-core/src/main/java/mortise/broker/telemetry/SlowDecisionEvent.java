package mortise.broker.telemetry;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/**
 * The flight recorder event of a round of the controller that took long. Confined to the thread
 * that made it; costs next to nothing while nobody records.
 */
@Name("mortise.SlowDecision")
@Label("Slow Decision")
@Description(
        "The controller decided longer than the threshold of the event over the commands that waited.")
@Category("Mortise")
@StackTrace(false)
@Threshold("100 ms")
@SuppressWarnings("UnusedVariable") // the flight recorder reads the fields
public final class SlowDecisionEvent extends Event {
    @Label("Commands")
    private int commands;

    @Label("Metadata Records")
    private int records;

    /** The event, begun now. */
    public static SlowDecisionEvent begun() {
        SlowDecisionEvent event = new SlowDecisionEvent();
        event.begin();
        return event;
    }

    /** What it was about ended now. */
    public void ended(int commands, int records) {
        end();
        if (shouldCommit()) {
            this.commands = commands;
            this.records = records;
            commit();
        }
    }
}
