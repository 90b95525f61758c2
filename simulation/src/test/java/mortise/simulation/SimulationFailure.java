package mortise.simulation;

import java.util.List;
import mortise.simulation.check.Violation;

/** A run that was not as it must be, and how it came to that. */
public final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 1;
    private static final int LINES = 60;

    private final transient List<String> trace;

    SimulationFailure(long seed, Throwable cause, List<String> trace) {
        super(
                "seed "
                        + seed
                        + ": "
                        + cause
                        + "\n  "
                        + String.join(
                                "\n  ",
                                trace.subList(Math.max(0, trace.size() - LINES), trace.size())),
                cause);
        this.trace = trace;
    }

    /** The rule that was broken; the failure's type if it was no rule of a checker. */
    public String rule() {
        return getCause() instanceof Violation violation
                ? violation.rule()
                : String.valueOf(getCause());
    }

    /** The last lines of the trace. */
    public List<String> trace() {
        return trace;
    }
}
