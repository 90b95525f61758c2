package mortise.simulation.net;

import java.util.random.RandomGenerator;
import mortise.simulation.world.Delays;

/** What all connections have to live with at the moment. */
public final class Weather {
    private long mostExtraNanos;

    /** A network without delays beyond the usual. */
    Weather() {}

    /** Delays what is sent from now on by up to this much more. */
    public void delay(long mostNanos) {
        mostExtraNanos = mostNanos;
    }

    long extraDelay(RandomGenerator random) {
        return mostExtraNanos == 0 ? 0 : Delays.between(random, 1_000, mostExtraNanos);
    }
}
