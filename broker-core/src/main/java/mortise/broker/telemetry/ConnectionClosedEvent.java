package mortise.broker.telemetry;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/**
 * The flight recorder event of a connection that ended for another cause than its client's wish.
 * Costs next to nothing while nobody records.
 */
@Name("mortise.ConnectionClosed")
@Label("Connection Closed")
@Description("A connection ended for another cause than that its client closed it.")
@Category("Mortise")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // the flight recorder reads the fields
public final class ConnectionClosedEvent extends Event {
    @Label("Cause")
    private @Nullable String cause;

    @Label("Client")
    private @Nullable String client;

    /** A connection has ended now. */
    public static void happened(String cause, String client) {
        ConnectionClosedEvent event = new ConnectionClosedEvent();
        if (event.shouldCommit()) {
            event.cause = cause;
            event.client = client;
            event.commit();
        }
    }
}
