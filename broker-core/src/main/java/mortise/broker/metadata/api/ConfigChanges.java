package mortise.broker.metadata.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import mortise.api.ErrorCode;
import mortise.broker.controller.ControllerCommand.AlterConfigs;
import mortise.broker.controller.ControllerCommand.ConfigAlteration;
import mortise.broker.controller.ControllerLoop;
import mortise.broker.controller.Verdict;
import mortise.broker.request.Access;
import mortise.broker.request.RefusedException;
import mortise.broker.request.RequestContext;
import mortise.spi.auth.Operation;

/** What AlterConfigs and IncrementalAlterConfigs share: the way from alterations to verdicts. */
final class ConfigChanges {
    /** The requests have no timeout of their own; clients wait 30 seconds by default. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final ControllerLoop controller;
    private final Access access;

    ConfigChanges(ControllerLoop controller, Access access) {
        this.controller = controller;
        this.access = access;
    }

    private record Resource(byte type, String name) {}

    /** What becomes of each alteration, in their order. */
    CompletionStage<List<Verdict>> alter(
            RequestContext context, List<ConfigAlteration> alterations, boolean validateOnly) {
        Map<Resource, Integer> counts = new HashMap<>();
        alterations.forEach(alteration -> counts.merge(resource(alteration), 1, Integer::sum));
        Verdict[] verdicts = new Verdict[alterations.size()];
        List<ConfigAlteration> accepted = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < alterations.size(); i++) {
            ConfigAlteration alteration = alterations.get(i);
            try {
                boolean once = counts.getOrDefault(resource(alteration), 0) == 1;
                check(context, alteration, once);
                accepted.add(alteration);
                places.add(i);
            } catch (RefusedException refused) {
                verdicts[i] = Verdict.of(refused);
            }
        }
        return controller
                .submit(new AlterConfigs(accepted, validateOnly), TIMEOUT)
                .thenApply(replies -> {
                    for (int i = 0; i < replies.size(); i++) {
                        verdicts[places.get(i)] = replies.get(i);
                    }
                    return List.of(verdicts);
                });
    }

    private static Resource resource(ConfigAlteration alteration) {
        return new Resource(alteration.resourceType(), alteration.resourceName());
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
