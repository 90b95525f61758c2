package mortise.simulation.mutation;

import mortise.simulation.Simulation;
import mortise.simulation.SimulationFailure;

/**
 * Runs seeds within the class loader that it was loaded by. What goes in and out of it is the
 * JDK's, so that it can be called from another loader.
 */
public final class Probe {
    private Probe() {}

    /**
     * Runs seeds until one fails.
     *
     * @return the rule that was broken, and the seed; empty if all went well
     */
    public static String run(long first, long count) {
        for (long seed = first; seed < first + count; seed++) {
            try {
                Simulation.run(seed, null);
            } catch (SimulationFailure found) {
                return found.rule() + " (seed " + seed + ")";
            }
        }
        return "";
    }
}
