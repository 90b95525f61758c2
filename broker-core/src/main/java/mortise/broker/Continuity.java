package mortise.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigProblem;
import mortise.broker.config.BrokerSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a broker follows on what was there before: an assembly that it was laid out from, the last
 * start on its data directory. Nothing that protected is taken away unless the operator says so.
 *
 * @param protection what protects in this configuration
 * @param shown the values that decide it, as they were written and with their origin
 * @param allowed the guards that may be loosened
 * @param dataDirectoryNamed whether somebody named the data directory
 * @param installed the names of the plugins that there are, by kind
 */
record Continuity(
        Protection protection,
        Map<Guard, String> shown,
        Set<Guard> allowed,
        boolean dataDirectoryNamed,
        Map<String, Set<String>> installed) {
    private static final Logger LOG = LoggerFactory.getLogger(Continuity.class);

    Continuity {
        shown = Map.copyOf(shown);
        allowed = Set.copyOf(allowed);
        installed = Map.copyOf(installed);
    }

    /**
     * What this configuration takes away and was not allowed to; what it was allowed to is logged.
     *
     * @param whose who had that protection, as the end of a sentence
     */
    List<ConfigProblem> loosened(Protection before, String whose) {
        List<ConfigProblem> problems = new ArrayList<>();
        for (Guard guard : before.loosenedIn(protection)) {
            String lost =
                    shown.get(guard)
                            + " takes away "
                            + guard.protection(before.values().getOrDefault(guard, ""))
                            + " that "
                            + whose
                            + " had";
            String key = guard.key().name();
            if (allowed.contains(guard)) {
                LOG.warn("{}: {}, as {} says", key, lost, BrokerSettings.ALLOW_LOOSENING.name());
            } else {
                problems.add(
                        new ConfigProblem(
                                key,
                                lost
                                        + "; undo it, or, if it is meant, set "
                                        + BrokerSettings.ALLOW_LOOSENING.name()
                                        + " to "
                                        + key));
            }
        }
        return problems;
    }

    /**
     * Refuses what this configuration takes away.
     *
     * @throws ConfigException if it takes something away that it may not
     */
    void refuseLoosening(Protection before, String whose) {
        List<ConfigProblem> problems = loosened(before, whose);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }
}
