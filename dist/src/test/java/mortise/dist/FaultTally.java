package mortise.dist;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** How often each kind of fault happened. Thread-safe. */
final class FaultTally {
    private final Map<MixedFault, Integer> happened = new EnumMap<>(MixedFault.class);
    private final Set<MixedFault> wanted;

    FaultTally(Set<MixedFault> wanted) {
        this.wanted = wanted;
    }

    boolean wants(MixedFault kind) {
        return wanted.contains(kind);
    }

    synchronized void happened(MixedFault kind) {
        happened.merge(kind, 1, Integer::sum);
    }

    synchronized int of(MixedFault kind) {
        return happened.getOrDefault(kind, 0);
    }

    /** The kinds that are wanted and never happened. */
    synchronized Set<MixedFault> missing() {
        return wanted.stream()
                .filter(kind -> !happened.containsKey(kind))
                .collect(Collectors.toSet());
    }

    @Override
    public synchronized String toString() {
        return happened.entrySet().stream()
                .map(entry -> entry.getKey().word() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }
}
