package mortise.broker.cluster.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.broker.cluster.ControllerGateway;
import mortise.broker.request.Access;
import mortise.broker.request.RequestContext;
import mortise.metadata.controller.ControllerCommand.AlterConfigs;
import mortise.metadata.controller.ControllerCommand.ConfigAlteration;
import mortise.metadata.controller.Verdict;
import mortise.spi.auth.Operation;

/** What AlterConfigs and IncrementalAlterConfigs share: the way from alterations to verdicts. */
final class ConfigChanges {
    /** The requests have no timeout of their own; clients wait 30 seconds by default. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final int RESULT_BYTES = 800;
    private static final int NAME_FACTOR = 3;

    private final ControllerGateway controller;
    private final Access access;

    ConfigChanges(ControllerGateway controller, Access access) {
        this.controller = controller;
        this.access = access;
    }

    /** What the answer about one resource takes at most, as objects and encoded. */
    static long answerBytes(String resource) {
        return RESULT_BYTES + (long) resource.length() * NAME_FACTOR;
    }

    /**
     * What becomes of the alterations, by resource and in their order; a resource that stands twice
     * is refused once.
     */
    CompletionStage<Map<ConfigResourceName, Verdict>> alter(
            RequestContext context, List<ConfigAlteration> alterations, boolean validateOnly) {
        Map<ConfigResourceName, Integer> counts = new HashMap<>();
        alterations.forEach(alteration -> counts.merge(resource(alteration), 1, Integer::sum));
        Map<ConfigResourceName, Verdict> verdicts = new LinkedHashMap<>();
        List<ConfigAlteration> accepted = new ArrayList<>();
        for (ConfigAlteration alteration : alterations) {
            ConfigResourceName resource = resource(alteration);
            try {
                check(context, alteration, counts.getOrDefault(resource, 0) == 1);
                verdicts.put(resource, Verdict.ACCEPTED);
                accepted.add(alteration);
            } catch (RefusedException refused) {
                verdicts.put(resource, Verdict.of(refused));
            }
        }
        return controller
                .submit(new AlterConfigs(accepted, validateOnly), TIMEOUT)
                .thenApply(replies -> {
                    for (int i = 0; i < replies.size(); i++) {
                        verdicts.put(resource(accepted.get(i)), replies.get(i));
                    }
                    return verdicts;
                });
    }

    private static ConfigResourceName resource(ConfigAlteration alteration) {
        return new ConfigResourceName(alteration.resourceType(), alteration.resourceName());
    }

    private void check(RequestContext context, ConfigAlteration alteration, boolean once) {
        if (!once) {
            throw new RefusedException(
                    ErrorCode.INVALID_REQUEST, "Each resource must appear at most once.");
        }
        ResourceAccess.require(
                access,
                context,
                Operation.ALTER_CONFIGS,
                alteration.resourceType(),
                alteration.resourceName());
    }
}
