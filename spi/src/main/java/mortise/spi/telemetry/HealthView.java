package mortise.spi.telemetry;

import mortise.spi.CalledOn;
import mortise.spi.Caller;

/** How the broker is. Thread-safe; cheap enough to be asked every second. */
public interface HealthView {
    /** Whether the process is worth keeping. If it is not, only a restart helps. */
    @CalledOn(Caller.ANY)
    Health alive();

    /** Whether clients should be sent here now. */
    @CalledOn(Caller.ANY)
    Health ready();
}
