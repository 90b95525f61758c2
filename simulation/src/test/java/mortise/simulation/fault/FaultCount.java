package mortise.simulation.fault;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** How often each kind of fault was met: not only made, but felt. */
public final class FaultCount {
    private final Map<FaultKind, Long> met = new EnumMap<>(FaultKind.class);

    /** None yet. */
    public FaultCount() {}

    /** A fault was felt. */
    public void met(FaultKind kind) {
        met.merge(kind, 1L, Long::sum);
    }

    /** Adds what another run met. */
    public void add(FaultCount other) {
        other.met.forEach((kind, count) -> met.merge(kind, count, Long::sum));
    }

    /** The kinds that were never felt. */
    public Set<FaultKind> missing() {
        Set<FaultKind> missing = EnumSet.allOf(FaultKind.class);
        missing.removeAll(met.keySet());
        return missing;
    }

    @Override
    public String toString() {
        return met.toString();
    }
}
