package mortise.simulation.client;

import java.util.random.RandomGenerator;
import mortise.simulation.check.Ledger;
import mortise.simulation.net.SimNetwork;
import mortise.simulation.world.Schedule;

/** What clients live in. */
public interface ClientWorld {
    /** Their time. */
    Schedule schedule();

    /** Their way to the broker. */
    SimNetwork network();

    /** What they all together believe. */
    Ledger ledger();

    /** Randomness for one of them. */
    RandomGenerator random();

    /** Which life of the broker this is. */
    long lifeOfBroker();

    /**
     * Whether anything went wrong since, or was wrong then, that excuses a broker for being late.
     */
    boolean troubledSince(long nanos);
}
