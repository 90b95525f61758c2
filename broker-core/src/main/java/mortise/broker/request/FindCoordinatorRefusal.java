package mortise.broker.request;

import java.util.List;
import mortise.api.ErrorCode;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.FindCoordinatorRequest;
import mortise.wire.message.FindCoordinatorResponse;

/**
 * Answers FindCoordinator, with which groups and transactions begin, by saying that there are none
 * yet. Without an answer librdkafka would wait for ever: it asks nobody who does not list this API,
 * and tells nobody.
 *
 * <p>From version 4 on a request names any number of keys; the versions before name one, which is
 * all that a refusal needs.
 */
public final class FindCoordinatorRefusal implements ApiHandler<FindCoordinatorRequest> {
    private static final short LAST_WITH_ONE_KEY = 3;
    private static final byte TRANSACTION = 1;
    private static final byte SHARE = 2;

    /** A refusal; it has no state. */
    public FindCoordinatorRefusal() {}

    @Override
    public ApiKey apiKey() {
        return ApiKey.FIND_COORDINATOR;
    }

    @Override
    public short highestVersion() {
        return LAST_WITH_ONE_KEY;
    }

    /** None: nothing is told. */
    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.NONE, ResourceType.CLUSTER, Requirement.Per.REQUEST));
    }

    @Override
    public void handle(RequestContext context, FindCoordinatorRequest request) {
        UnservedFeature feature =
                switch (request.keyType()) {
                    case TRANSACTION -> UnservedFeature.TRANSACTIONS;
                    case SHARE -> UnservedFeature.SHARE_GROUPS;
                    default -> UnservedFeature.GROUPS;
                };
        context.notServed(feature);
        context.respond(
                failure(
                        request,
                        context.apiVersion(),
                        ErrorCode.UNSUPPORTED_VERSION,
                        feature.remedy()));
    }

    @Override
    public ApiMessage failure(
            FindCoordinatorRequest request, short version, ErrorCode error, String reason) {
        return new FindCoordinatorResponse()
                .errorCode(error.code())
                .errorMessage(reason)
                .nodeId(-1)
                .host("")
                .port(-1);
    }
}
