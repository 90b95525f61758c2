package mortise.broker;

import java.util.List;
import mortise.api.ErrorCode;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.ProduceRequest;

/**
 * A handler that refuses requests on purpose before it serves the others. It stands in the way only
 * of a broker that was built with {@link RefusedRequests}.
 */
record RefusingHandler<Q extends ApiMessage>(ApiHandler<Q> handler, RefusedRequests refusals)
        implements ApiHandler<Q> {
    @Override
    public ApiKey apiKey() {
        return handler.apiKey();
    }

    @Override
    public short lowestVersion() {
        return handler.lowestVersion();
    }

    @Override
    public short highestVersion() {
        return handler.highestVersion();
    }

    @Override
    public List<Requirement> requirements() {
        return handler.requirements();
    }

    @Override
    public void handle(RequestContext context, Q request) {
        ErrorCode error = refusals.take(handler.apiKey());
        if (error == null) {
            handler.handle(context, request);
        } else if (request instanceof ProduceRequest produce && produce.acks() == 0) {
            // no answer is waited for, so this is how the protocol says no
            context.closeConnection("Produce is refused on purpose with " + error);
        } else {
            context.respond(
                    handler.failure(
                            request, context.apiVersion(), error, "refused on purpose, by a test"));
        }
    }

    @Override
    public ApiMessage failure(Q request, short version, ErrorCode error, String reason) {
        return handler.failure(request, version, error, reason);
    }
}
