package mortise.tck.sim;

import java.io.IOException;

/** What every operation on a {@link SimDisk} throws after its power was cut. */
public final class PowerLostException extends IOException {
    private static final long serialVersionUID = 1L;

    PowerLostException(String operation) {
        super("cannot " + operation + ": the simulated disk lost power");
    }
}
